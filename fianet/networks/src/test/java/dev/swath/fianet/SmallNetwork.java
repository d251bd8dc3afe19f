package dev.swath.fianet;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A small network of one kind: a name of those registered here, and the keys that make it one of several under that name.
 *
 * @param network its name
 * @param keys inside of the braces of a {@code config.json}
 */
public record SmallNetwork(String network, String keys) {
    /** Number of pieces in its word table. */
    public static final int VOCABULARY = 11;

    private static final String TRUNK = """
            "swin": {"embed_dim": 8, "depths": [1, 2, 1, 1], "heads": [1, 2, 2, 4], "window": 4, "mlp_ratio": 2},
            "bert": {"vocabulary": 11, "hidden": 16, "layers": 2, "heads": 2, "intermediate": 24, "positions": 24}""";

    private static final String CIM = "\"cim\": {\"heads\": 2, \"key\": 4}";

    /** One of each kind. */
    public static Stream<SmallNetwork> all() {
        List<SmallNetwork> out = new ArrayList<>();
        for (NetworkProvider network : Networks.all()) {
            switch (network.name()) {
                case "fianet" -> {
                    out.add(new SmallNetwork("fianet", "\"multi_scale\": \"tmem\""));
                    out.add(new SmallNetwork("fianet", "\"multi_scale\": \"none\""));
                    out.add(new SmallNetwork(
                            "fianet", "\"multi_scale\": \"lgce\", \"exchange_head\": 8, \"exchange_ratio\": 2"));
                    out.add(new SmallNetwork("fianet", "\"multi_scale\": \"cim\", " + CIM));
                }
                case "dlsa" -> {
                    out.add(new SmallNetwork("dlsa", CIM));
                    out.add(new SmallNetwork(
                            "dlsa",
                            CIM + ", \"mixing\": {\"layout\": \"legacy\", \"hidden\": 6, \"kernels\": [1, 3]}"));
                }
                case "mafn" -> out.add(new SmallNetwork("mafn", CIM + ", \"noise_heads\": 8"));
                case "rmsin", "remotesam" -> out.add(new SmallNetwork(network.name(), CIM));
                case "lgce" -> out.add(new SmallNetwork("lgce", "\"exchange_head\": 8"));
                case "crossvlt" ->
                    out.add(new SmallNetwork("crossvlt", "\"alignment_channels\": 6, \"fusion_head\": 4"));
                default -> out.add(new SmallNetwork(network.name(), ""));
            }
        }
        return out.stream();
    }

    /** Its configuration with more keys, all else as published for RefSegRS. */
    public ModelConfig config(String more) {
        String all = String.join(
                ", ", Stream.of(TRUNK, keys, more).filter(k -> !k.isEmpty()).toList());
        return ModelConfig.untrained(
                new Fields(Json.parseObject("{" + all + "}"), "the test"),
                Networks.named(network).published(DatasetVocabulary.REFSEGRS));
    }

    @Override
    public String toString() {
        return keys.isEmpty() ? network : network + " with " + keys.replace("\"", "");
    }
}
