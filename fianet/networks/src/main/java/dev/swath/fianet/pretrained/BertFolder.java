package dev.swath.fianet.pretrained;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.Recognition;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.kernels.Backend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import dev.swath.tokenizer.Encoding;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.Names;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A BERT as it is published: a folder with {@code config.json}, {@code vocab.txt} and {@code model.safetensors} or
 * {@code pytorch_model.bin} (zip or legacy, old names with gamma and beta too; pooler and heads are left out).
 *
 * <pre>{@code
 * BertFolder bert = BertFolder.open(Path.of("bert-base-uncased"), Backends.cpu());
 * Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()));
 * Tensor hidden = bert.encode(tape, "a storage tank"); // (1, N, D)
 * }</pre>
 *
 * @param encoder loaded, its weights packed if a backend was given
 * @param tokenizer on the folder's vocabulary
 */
public record BertFolder(BertEncoder encoder, WordPieceTokenizer tokenizer) {
    private static final long MAX_CONFIG = 1 << 20;

    /**
     * Opens a folder.
     *
     * @param packFor the backend that the weights are packed for, which makes them read-only; null to train on
     * @throws WeightsException if a file is missing or damaged, or they do not belong together
     */
    public static BertFolder open(Path folder, @Nullable Backend packFor) {
        BertConfig config = config(folder.resolve("config.json"));
        Path words = folder.resolve("vocab.txt");
        Vocabulary vocabulary = Vocabulary.load(words);
        if (vocabulary.size() != config.vocabulary()) {
            throw new WeightsException("[weights] " + words + " has " + vocabulary.size()
                    + " lines, but config.json says " + config.vocabulary());
        }
        BertEncoder encoder = new BertEncoder(config);
        Checkpoint checkpoint = Recognition.require(Checkpoint.open(folder), Recognition.Other.BERT);
        LoadReport.load(Names.bert(checkpoint.tensors()), encoder.targets(), encoder.sink(packFor))
                .requireComplete(checkpoint.path().toString());
        return new BertFolder(encoder, new WordPieceTokenizer(vocabulary));
    }

    /** The sentence as ids: [CLS], pieces, [SEP], no padding, cut at the longest that the encoder takes. */
    public Encoding tokenize(String sentence) {
        int length = Math.min(
                encoder.config().positions(), tokenizer.tokenize(sentence).size() + 2);
        return tokenizer.encode(sentence, length);
    }

    /** The last hidden state (1, N, D) of a sentence. */
    public Tensor encode(Tape tape, String sentence) {
        return encode(tape, tokenize(sentence));
    }

    /** The last hidden state (1, N, D) of ids that {@link #tokenize} made. */
    public Tensor encode(Tape tape, Encoding encoding) {
        int length = encoding.ids().length;
        Var mask = tape.constant(Tensor.of(encoding.mask(), 1, length).to(DType.F32));
        Tensor ids = tape.indices(
                Tensor.of(encoding.ids(), 1, length), encoder.config().vocabulary());
        return encoder.forward(tape, ids, mask).value();
    }

    /** The sizes in a {@code config.json}. */
    private static BertConfig config(Path file) {
        try {
            if (Files.size(file) > MAX_CONFIG) {
                throw new WeightsException("[weights] " + file + " has more than the " + MAX_CONFIG
                        + " bytes that a configuration may have");
            }
            Map<String, Object> c = Json.parseObject(Files.readString(file));
            Object activation = c.getOrDefault("hidden_act", "gelu");
            if (!activation.equals("gelu")) {
                throw new WeightsException("[weights] " + file + ": hidden_act must be gelu; got " + activation);
            }
            return new BertConfig(
                    integer(c, "vocab_size"),
                    integer(c, "hidden_size"),
                    integer(c, "num_hidden_layers"),
                    integer(c, "num_attention_heads"),
                    integer(c, "intermediate_size"),
                    integer(c, "max_position_embeddings"),
                    integer(c, "type_vocab_size"),
                    0.1,
                    c.containsKey("layer_norm_eps") ? Json.asDouble(c.get("layer_norm_eps"), "layer_norm_eps") : 1e-12);
        } catch (NoSuchFileException e) {
            throw new WeightsException("[weights] the file " + file + " does not exist");
        } catch (IOException | JsonException | IllegalArgumentException e) {
            throw new WeightsException(
                    "[weights] " + file + " cannot be read as a BERT configuration: " + e.getMessage());
        }
    }

    private static int integer(Map<String, Object> config, String name) {
        return Json.asInt(config.get(name), name);
    }
}
