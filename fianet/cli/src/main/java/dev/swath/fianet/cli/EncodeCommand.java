package dev.swath.fianet.cli;

import dev.swath.autograd.Tape;
import dev.swath.fianet.pretrained.BertFolder;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tokenizer.Encoding;
import dev.swath.weights.Safetensors;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a BERT folder on a sentence. */
@Command(
        name = "encode",
        description = "Writes BERT's last hidden state (1, N, D) of a sentence as safetensors.",
        footer = {
            "",
            "Example:",
            "  swath encode --bert bert-base-uncased/ --text \"a storage tank\" \\",
            "    --out hidden.safetensors"
        })
final class EncodeCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Option(
            names = "--bert",
            required = true,
            paramLabel = "DIR",
            description = "Folder with config.json, vocab.txt and model.safetensors or pytorch_model.bin.")
    Path bert;

    @Option(names = "--text", required = true, paramLabel = "SENTENCE", description = "The sentence.")
    String text;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write.")
    Path out;

    @Override
    public Integer call() {
        Sentences.require(text);
        Outputs.requireWritable(out, "--out");
        Backend backend = Backends.discover().choose(run.device);
        try (Parallelism threads = run.parallelism()) {
            BertFolder folder = BertFolder.open(bert, backend);
            Encoding encoding = folder.tokenize(text);
            if (encoding.truncated()) {
                Sentences.tellTruncated(spec, encoding);
            }
            Tape tape = Tape.inference(Tape.Options.of(backend).withParallelism(threads));
            Safetensors.write(
                    out,
                    new StateDict()
                            .put("last_hidden_state", folder.encode(tape, encoding))
                            .put("input_ids", Tensor.of(encoding.ids(), 1, encoding.ids().length)),
                    Map.of());
        }
        spec.commandLine().getOut().println(out);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
