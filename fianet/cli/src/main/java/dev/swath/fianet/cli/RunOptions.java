package dev.swath.fianet.cli;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.DeviceRequest;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Precision;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of every command that runs a network. */
final class RunOptions {
    /** Reads a device as {@link DeviceRequest#parse} does. */
    static final class DeviceConverter implements ITypeConverter<DeviceRequest> {
        @Override
        public DeviceRequest convert(String value) {
            try {
                return DeviceRequest.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("it must be auto, cpu, cuda or cuda:N, but is '" + value + "'");
            }
        }
    }

    @Option(
            names = "--device",
            defaultValue = "auto",
            converter = DeviceConverter.class,
            paramLabel = "DEVICE",
            description =
                    "auto, cpu, cuda or cuda:N for the N-th device from 0 (default: ${DEFAULT-VALUE}). Asking for cuda"
                            + " and not getting it is an error.")
    DeviceRequest device = DeviceRequest.AUTO;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work with (default: one a processor).")
    @Nullable
    Integer threads;

    /** Reads f32, tf32 or bf16. */
    static final class PrecisionConverter implements ITypeConverter<Precision> {
        @Override
        public Precision convert(String value) {
            for (Precision p : Precision.values()) {
                if (p.toString().equals(value.toLowerCase(Locale.ROOT))) {
                    return p;
                }
            }
            throw new TypeConversionException("it must be f32, tf32 or bf16, but is '" + value + "'");
        }
    }

    @Option(
            names = "--precision",
            converter = PrecisionConverter.class,
            paramLabel = "P",
            description =
                    "f32 (the default), tf32 (a device may round the operands of products to 10 bits of mantissa) or bf16"
                            + " (activations of 16 bits; meant for devices, slow on the processor).")
    @Nullable
    Precision precision;

    /** The precision that was asked for, or f32. */
    Precision precision() {
        return precision == null ? Precision.F32 : precision;
    }

    Parallelism parallelism() {
        return parallelism(threads);
    }

    /** That many threads, or one a processor if null. */
    static Parallelism parallelism(@Nullable Integer threads) {
        if (threads != null && threads < 1) {
            throw new UsageException("--threads must be at least 1; got " + threads);
        }
        return threads == null ? Parallelism.ofCores() : Parallelism.ofThreads(threads);
    }

    /** Under {@code auto}: the backends that would have been preferred to the chosen one, and why each was refused. */
    Map<String, String> passedOver(Backend chosen) {
        return device.equals(DeviceRequest.AUTO) ? Backends.discover().passedOver(chosen) : Map.of();
    }
}
