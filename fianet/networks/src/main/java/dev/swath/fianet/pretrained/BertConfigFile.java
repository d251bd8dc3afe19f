package dev.swath.fianet.pretrained;

import dev.swath.fianet.model.TrunkSettings;
import dev.swath.files.Quoted;
import dev.swath.files.json.Fields;
import dev.swath.files.json.JsonException;
import dev.swath.nn.bert.BertConfig;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.weights.WeightsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code config.json} of a BERT folder, with Hugging Face's defaults for what it leaves out. */
final class BertConfigFile {
    private static final long MAX_FILE = 1 << 20;
    private static final Set<String> EXACT_GELU = Set.of("gelu", "gelu_python");

    private BertConfigFile() {}

    /** The sizes; what would make another function of the weights is refused by its key. */
    static BertConfig read(Path file) {
        if (!Files.exists(file)) {
            throw new WeightsException("[weights] " + Quoted.path(file)
                    + " does not exist; a BERT folder has it beside vocab.txt and the weights");
        }
        try {
            if (Files.isRegularFile(file) && file.toFile().length() > MAX_FILE) {
                throw new WeightsException("[weights] " + Quoted.path(file) + " has more than the " + MAX_FILE
                        + " bytes that a configuration may have");
            }
            Map<String, Object> keys = Fields.read(file);
            Fields f = new Fields(keys, Quoted.path(file));
            require(file, "model_type", keys.get("model_type"), Set.of("bert"), "bert");
            require(file, "hidden_act", keys.get("hidden_act"), EXACT_GELU, "gelu");
            require(
                    file,
                    "position_embedding_type",
                    keys.get("position_embedding_type"),
                    Set.of("absolute"),
                    "absolute");
            for (String key : new String[] {"is_decoder", "add_cross_attention"}) {
                if (Boolean.TRUE.equals(keys.get(key))) {
                    throw new WeightsException(
                            "[weights] " + Quoted.path(file) + ": " + key + " must be false; decoders are not read");
                }
            }
            return new BertConfig(
                    f.integer("vocab_size", 30522, 1, 4_000_000),
                    f.integer("hidden_size", 768, 1, 16_384),
                    f.integer("num_hidden_layers", 12, 0, 256),
                    f.integer("num_attention_heads", 12, 1, 1024),
                    f.integer("intermediate_size", 3072, 1, 131_072),
                    f.integer("max_position_embeddings", 512, 1, 65_536),
                    f.integer("type_vocab_size", 2, 1, 1024),
                    0.1,
                    f.number("layer_norm_eps", 1e-12, 0, 1));
        } catch (JsonException | IllegalArgumentException e) {
            throw new WeightsException(
                    "[weights] " + Quoted.path(file) + " cannot be read as a BERT configuration: " + e.getMessage());
        }
    }

    private static void require(Path file, String key, @Nullable Object value, Set<String> known, String wanted) {
        if (value != null && !(value instanceof String s && known.contains(s))) {
            throw new WeightsException("[weights] " + Quoted.path(file) + ": " + key + " must be " + wanted + "; got "
                    + (value instanceof String s ? Quoted.text(s) : "no string"));
        }
    }

    /** Throws, naming the key, if the tensors are of other sizes: such an encoder would be made in vain, however large. */
    static void requireAgreement(Path file, BertConfig config, StateDict tensors, Path weights) {
        Map<String, Integer> said = new LinkedHashMap<>();
        Map<String, Integer> held = new LinkedHashMap<>();
        compare("vocab_size", config.vocabulary(), tensors, "embeddings.word_embeddings.weight", 0, said, held);
        compare("hidden_size", config.hidden(), tensors, "embeddings.word_embeddings.weight", 1, said, held);
        compare(
                "max_position_embeddings",
                config.positions(),
                tensors,
                "embeddings.position_embeddings.weight",
                0,
                said,
                held);
        compare("type_vocab_size", config.types(), tensors, "embeddings.token_type_embeddings.weight", 0, said, held);
        compare(
                "intermediate_size",
                config.intermediate(),
                tensors,
                "encoder.layer.0.intermediate.dense.weight",
                0,
                said,
                held);
        said.put("num_hidden_layers", config.layers());
        held.put("num_hidden_layers", TrunkSettings.count(tensors, "encoder.layer."));
        held.forEach((key, size) -> {
            if (!size.equals(said.get(key))) {
                throw new WeightsException("[weights] " + Quoted.path(file) + ": " + key + " is " + said.get(key)
                        + ", but the weights in " + Quoted.path(weights) + " hold " + size);
            }
        });
    }

    private static void compare(
            String key,
            int value,
            StateDict tensors,
            String name,
            int axis,
            Map<String, Integer> said,
            Map<String, Integer> held) {
        Shape shape = tensors.find(name).map(StateDict.Entry::shape).orElse(null);
        if (shape != null && shape.rank() == 2) {
            said.put(key, value);
            held.put(key, shape.dim(axis));
        }
    }
}
