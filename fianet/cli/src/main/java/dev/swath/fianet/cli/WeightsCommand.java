package dev.swath.fianet.cli;

import dev.swath.fianet.PublishedCheckpoint;
import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.Safetensors;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists and converts checkpoints. */
@Command(
        name = "weights",
        description = "Lists or converts checkpoints.",
        footer = {"", "Examples:", "  swath weights show best.pth", "  swath weights convert best.pth model.safetensors"
        },
        subcommands = {WeightsCommand.Show.class, WeightsCommand.Convert.class})
final class WeightsCommand implements Runnable {
    enum Format {
        TEXT,
        JSON,
        CSV
    }

    /** Element types that weights can be written in. */
    enum FloatType {
        F32(DType.F32),
        F16(DType.F16),
        BF16(DType.BF16);

        private final DType dtype;

        FloatType(DType dtype) {
            this.dtype = dtype;
        }

        /** The checkpoint with its floating-point tensors in this type, each converted when it is read. */
        private StateDict cast(Checkpoint checkpoint) {
            StateDict out = new StateDict();
            for (String name : checkpoint.tensors().names()) {
                StateDict.Entry e = checkpoint.tensors().entry(name);
                out.put(
                        name,
                        e.dtype().isFloating()
                                ? new StateDict.Entry(dtype, e.shape(), _ -> cast(checkpoint, name, e.read()))
                                : e);
            }
            return out;
        }

        private Tensor cast(Checkpoint checkpoint, String name, Tensor value) {
            Tensor cast = value.to(dtype);
            float[] before = value.toFloatArray();
            float[] after = cast.toFloatArray();
            for (int i = 0; i < after.length; i++) {
                if (Float.isInfinite(after[i]) && !Float.isInfinite(before[i])) {
                    throw new WeightsException("[weights] " + checkpoint.path() + ": '" + name + "' holds " + before[i]
                            + ", which is too large for " + dtype + "; choose bf16");
                }
            }
            return cast;
        }
    }

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: show or convert");
    }

    /** What was passed over or chosen in the file, a line each, on stderr. */
    private static void tellNotes(CommandSpec spec, Checkpoint checkpoint) {
        checkpoint.notes().forEach(note -> spec.commandLine().getErr().println(checkpoint.path() + ": " + note + "."));
    }

    @Command(
            name = "show",
            description = "Lists the tensors of a checkpoint.",
            footer = {
                "",
                "Examples:",
                "  swath weights show best.pth",
                "  swath weights show model/ --format csv > tensors.csv"
            })
    static final class Show implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "A .pth, .bin or .safetensors file, or a folder with one.")
        Path file;

        @Option(
                names = "--format",
                defaultValue = "text",
                description = "text, json or csv (default: ${DEFAULT-VALUE}).")
        Format format;

        @Override
        public Integer call() {
            Checkpoint checkpoint = Checkpoint.open(file);
            StateDict tensors = checkpoint.tensors();
            var out = spec.commandLine().getOut();
            long values = 0;
            List<Object> rows = new ArrayList<>();
            if (format == Format.CSV) {
                out.println("name,dtype,shape,elements");
            }
            for (String name : tensors.names()) {
                StateDict.Entry e = tensors.entry(name);
                values += e.shape().elements();
                switch (format) {
                    case TEXT -> out.printf("%-90s %-5s %s%n", Quoted.text(name), e.dtype(), e.shape());
                    case CSV ->
                        out.printf(
                                "%s,%s,\"%s\",%d%n",
                                Csv.cell(name), e.dtype(), e.shape(), e.shape().elements());
                    case JSON -> {
                        Map<String, Object> row = new LinkedHashMap<>();
                        row.put("name", name);
                        row.put("dtype", e.dtype().toString());
                        row.put("shape", Arrays.stream(e.shape().dims()).boxed().toList());
                        rows.add(row);
                    }
                }
            }
            if (format == Format.JSON) {
                out.println(Json.write(rows, false));
            }
            out.flush();
            spec.commandLine()
                    .getErr()
                    .println(Quoted.path(file) + " holds "
                            + PublishedCheckpoint.words(checkpoint, file) + ": "
                            + Counted.of(tensors.size(), "tensor") + ", " + Counted.of(values, "value") + ".");
            tellNotes(spec, checkpoint);
            return 0;
        }
    }

    @Command(
            name = "convert",
            description =
                    "Writes the weights of a checkpoint as safetensors, or a whole network as a .pth that the published code loads;"
                            + " optimizer state and prefixes are left out.",
            footer = {
                "",
                "Examples:",
                "  swath weights convert best.pth model.safetensors",
                "  swath weights convert run/best model.pth",
                "  swath weights convert --dtype f16 run/best small.safetensors"
            })
    static final class Convert implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        @Parameters(
                index = "0",
                paramLabel = "IN",
                description = "A .pth, .bin or .safetensors file, or a folder with one.")
        Path in;

        @Parameters(index = "1", paramLabel = "OUT", description = "The .safetensors or .pth file to write.")
        Path out;

        @Option(
                names = "--dtype",
                paramLabel = "TYPE",
                description = "f32, f16 or bf16 for the floating-point tensors of a .safetensors file"
                        + " (default: as they are).")
        @Nullable
        FloatType dtype;

        @Override
        public Integer call() {
            boolean torch = out.toString().endsWith(".pth");
            if (!torch && !out.toString().endsWith(".safetensors")) {
                throw new UsageException(
                        "OUT must end in .safetensors or .pth, the formats that are written; got " + Quoted.path(out));
            }
            if (torch && dtype != null) {
                throw new UsageException("--dtype is for .safetensors files; a .pth is written in f32");
            }
            Outputs.requireWritable(out, "OUT");
            Checkpoint checkpoint = Checkpoint.open(in);
            if (torch) {
                PublishedCheckpoint.write(checkpoint, in, out);
            } else {
                StateDict tensors = dtype == null ? checkpoint.tensors() : dtype.cast(checkpoint);
                Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt"));
                PublishedCheckpoint.config(checkpoint, in)
                        .ifPresent(text -> metadata.put(Checkpoint.Settings.CONFIG, text));
                Safetensors.write(out, tensors, metadata);
            }
            tellNotes(spec, checkpoint);
            spec.commandLine().getOut().println(out);
            spec.commandLine().getOut().flush();
            return 0;
        }
    }
}
