package dev.swath.fianet.cli;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tokenizer.Encoding;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.Names;
import dev.swath.weights.Safetensors;
import dev.swath.weights.WeightsException;
import dev.swath.weights.json.Json;
import dev.swath.weights.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
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
            "  swath encode --bert bert-base-uncased/ --text \"a storage tank\" --out hidden.safetensors"
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
        if (text.isBlank()) {
            throw new UsageException("--text must hold at least one word");
        }
        BertConfig config = config(bert.resolve("config.json"));
        Vocabulary vocabulary = Vocabulary.load(bert.resolve("vocab.txt"));
        if (vocabulary.size() != config.vocabulary()) {
            throw new WeightsException("[weights] " + bert + ": vocab.txt has " + vocabulary.size()
                    + " lines, but config.json says " + config.vocabulary());
        }
        Backend backend = Backends.discover().choose(run.device);
        BertEncoder encoder = new BertEncoder(config);
        Checkpoint checkpoint = Checkpoint.open(bert).require(Checkpoint.Kind.BERT);
        LoadReport.load(Names.bert(checkpoint.tensors()), encoder.targets(), encoder.sink(backend))
                .requireComplete(bert.toString());
        WordPieceTokenizer tokenizer = new WordPieceTokenizer(vocabulary);
        int length = Math.min(config.positions(), tokenizer.tokenize(text).size() + 2);
        Encoding e = tokenizer.encode(text, length);
        try (Parallelism threads = run.parallelism()) {
            Tape tape = Tape.inference(Tape.Options.of(backend).withParallelism(threads));
            Var mask = Var.constant(Tensor.of(e.mask(), 1, length).to(DType.F32));
            Var hidden = encoder.forward(tape, Tensor.of(e.ids(), 1, length), mask);
            Safetensors.write(
                    out,
                    new StateDict()
                            .put("last_hidden_state", hidden.value())
                            .put("input_ids", Tensor.of(e.ids(), 1, length)),
                    Map.of());
        }
        spec.commandLine().getOut().println(out);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static BertConfig config(Path file) {
        try {
            Map<String, Object> c = Json.parseObject(Files.readString(file));
            return new BertConfig(
                    Json.asInt(c.get("vocab_size"), "vocab_size"),
                    Json.asInt(c.get("hidden_size"), "hidden_size"),
                    Json.asInt(c.get("num_hidden_layers"), "num_hidden_layers"),
                    Json.asInt(c.get("num_attention_heads"), "num_attention_heads"),
                    Json.asInt(c.get("intermediate_size"), "intermediate_size"),
                    Json.asInt(c.get("max_position_embeddings"), "max_position_embeddings"),
                    Json.asInt(c.get("type_vocab_size"), "type_vocab_size"),
                    0.1,
                    c.containsKey("layer_norm_eps") ? Json.asDouble(c.get("layer_norm_eps"), "layer_norm_eps") : 1e-12);
        } catch (IOException | JsonException e) {
            throw new WeightsException(
                    "[weights] " + file + " cannot be read as a BERT configuration: " + e.getMessage());
        }
    }
}
