package dev.swath.kernels;

import dev.swath.tensor.Device;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The device that a user asks for: {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:1}.
 *
 * @param kind of memory, or null for the best that runs here
 * @param index which of several devices, from 0
 */
public record DeviceRequest(Device.@Nullable Kind kind, int index) {
    /** The best that runs here. */
    public static final DeviceRequest AUTO = new DeviceRequest(null, 0);

    /** The best that runs on the processor. */
    public static final DeviceRequest CPU = new DeviceRequest(Device.Kind.CPU, 0);

    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

    /** Checks. */
    public DeviceRequest {
        if (kind == Device.Kind.META || index < 0 || (index > 0 && kind != Device.Kind.CUDA)) {
            throw new IllegalArgumentException(
                    "[device] a device is the processor, or an NVIDIA device by its number from 0; got " + kind
                            + " number " + index);
        }
    }

    /** An NVIDIA device or an error. */
    public static DeviceRequest cuda(int index) {
        return new DeviceRequest(Device.Kind.CUDA, index);
    }

    /**
     * Of its name, in any case.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    public static DeviceRequest parse(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        Matcher cuda = CUDA.matcher(name);
        if (name.equals("auto")) {
            return AUTO;
        }
        if (name.equals("cpu")) {
            return CPU;
        }
        if (cuda.matches()) {
            return cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
        }
        throw new IllegalArgumentException(
                "[device] the device must be auto, cpu, cuda or cuda:N with the device's number; got " + text);
    }

    boolean admits(Device.Kind other) {
        return kind == null || kind == other;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return kind == null ? "auto" : kind == Device.Kind.CPU ? "cpu" : index == 0 ? "cuda" : "cuda:" + index;
    }
}
