package dev.swath.fianet.train;

import dev.swath.fianet.model.FiaNet;
import dev.swath.nn.Parameter;
import dev.swath.nn.optim.ParameterGroup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The optimizer groups of the published training, in checkpoint order: the backbone's layer norms and bias tables without
 * weight decay, the rest of the backbone, the decoder, and the first layers of the text encoder. The text embeddings and
 * the text layers above stand in no group and keep their values.
 */
public final class ParameterGroups {
    /** Text layers that the published code trains: 0 to 9. */
    public static final int TEXT_LAYERS = 10;

    private static final String BACKBONE = "backbone.";
    private static final String DECODER = "classifier.";
    private static final String TEXT = "text_encoder.encoder.layer.";

    private ParameterGroups() {}

    /** As published, with {@value #TEXT_LAYERS} text layers. */
    public static List<ParameterGroup> of(FiaNet network, double weightDecay) {
        return of(network, weightDecay, TEXT_LAYERS);
    }

    /** With the first {@code textLayers} text layers, or all there are. */
    public static List<ParameterGroup> of(FiaNet network, double weightDecay, int textLayers) {
        Map<String, Parameter> all = network.namedParameters();
        return List.of(
                group("backbone, no decay", all, n -> n.startsWith(BACKBONE) && isUndecayed(n), 0),
                group("backbone", all, n -> n.startsWith(BACKBONE) && !isUndecayed(n), weightDecay),
                group("decoder", all, n -> n.startsWith(DECODER), weightDecay),
                group("text", all, n -> n.startsWith(TEXT) && layer(n) < textLayers, weightDecay));
    }

    /**
     * Freezes the parameters that stand in no group, so that neither time nor memory goes into gradients that nobody reads;
     * training is the same without.
     */
    public static void freezeOthers(FiaNet network, List<ParameterGroup> groups) {
        network.namedParameters()
                .forEach((name, p) ->
                        p.freeze(groups.stream().noneMatch(g -> g.parameters().containsKey(name))));
    }

    private static boolean isUndecayed(String name) {
        return name.contains("norm") || name.contains("relative_position_bias_table");
    }

    private static int layer(String name) {
        return Integer.parseInt(name.substring(TEXT.length(), name.indexOf('.', TEXT.length())));
    }

    private static ParameterGroup group(
            String name, Map<String, Parameter> all, Predicate<String> belongs, double weightDecay) {
        Map<String, Parameter> members = new LinkedHashMap<>();
        all.forEach((n, p) -> {
            if (belongs.test(n)) {
                members.put(n, p);
            }
        });
        return new ParameterGroup(name, members, weightDecay);
    }
}
