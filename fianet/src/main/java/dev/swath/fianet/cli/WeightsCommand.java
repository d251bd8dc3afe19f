package dev.swath.fianet.cli;

import dev.swath.fianet.PublishedCheckpoint;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.Safetensors;
import dev.swath.weights.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: show or convert");
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
                    case TEXT -> out.printf("%-90s %-5s %s%n", name, e.dtype(), e.shape());
                    case CSV ->
                        out.printf(
                                "%s,%s,\"%s\",%d%n",
                                name, e.dtype(), e.shape(), e.shape().elements());
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
                    .println(file + " holds " + checkpoint.kind() + ": " + tensors.size() + " tensors, " + values
                            + " values.");
            return 0;
        }
    }

    @Command(
            name = "convert",
            description =
                    "Writes the weights of a checkpoint as safetensors, or a FIANet as a .pth that the published code loads;"
                            + " optimizer state and prefixes are left out.",
            footer = {
                "",
                "Examples:",
                "  swath weights convert best.pth model.safetensors",
                "  swath weights convert run/best model.pth"
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

        @Override
        public Integer call() {
            boolean torch = out.toString().endsWith(".pth");
            if (!torch && !out.toString().endsWith(".safetensors")) {
                throw new UsageException(
                        "OUT must end in .safetensors or .pth, the formats that are written; got " + out);
            }
            Outputs.requireWritable(out, "OUT");
            Checkpoint checkpoint = Checkpoint.open(in);
            if (torch) {
                PublishedCheckpoint.write(checkpoint, out);
            } else {
                Safetensors.write(out, checkpoint.tensors(), Map.of("format", "pt"));
            }
            spec.commandLine().getOut().println(out);
            spec.commandLine().getOut().flush();
            return 0;
        }
    }
}
