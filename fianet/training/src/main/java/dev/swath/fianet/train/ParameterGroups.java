package dev.swath.fianet.train;

import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.nn.Module;
import dev.swath.nn.optim.ParameterGroup;
import java.util.List;

/**
 * The optimizer groups of a network's published training, in checkpoint order. What stands in no group keeps its values: of
 * FIANet the text embeddings and the text layers above.
 */
public final class ParameterGroups {
    /** Text layers that the published code trains: 0 to 9. */
    public static final int TEXT_LAYERS = 10;

    private ParameterGroups() {}

    /** As published, with {@value #TEXT_LAYERS} text layers. */
    public static List<ParameterGroup> of(ReferringNetwork network, double weightDecay) {
        return of(network, weightDecay, TEXT_LAYERS);
    }

    /** With the first {@code textLayers} text layers, or all there are. */
    public static List<ParameterGroup> of(ReferringNetwork network, double weightDecay, int textLayers) {
        return network.groups(weightDecay, textLayers, false);
    }

    /**
     * Freezes the parameters that stand in no group, so that neither time nor memory goes into gradients that nobody reads;
     * training is the same without.
     */
    public static void freezeOthers(Module network, List<ParameterGroup> groups) {
        network.namedParameters()
                .forEach((name, p) ->
                        p.freeze(groups.stream().noneMatch(g -> g.parameters().containsKey(name))));
    }
}
