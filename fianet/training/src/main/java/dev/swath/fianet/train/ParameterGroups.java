package dev.swath.fianet.train;

import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.files.Quoted;
import dev.swath.nn.Module;
import dev.swath.nn.Parameter;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.train.TrainingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
     * Only what begins with one of these names; groups of which nothing is left are no groups.
     *
     * @param learn beginnings of names that end where a part of a name does; empty for all
     * @throws TrainingException if one of them is no beginning of anything that can learn
     */
    public static List<ParameterGroup> only(List<ParameterGroup> groups, List<String> learn) {
        if (learn.isEmpty()) {
            return groups;
        }
        for (String part : learn) {
            if (groups.stream().flatMap(g -> g.parameters().keySet().stream()).noneMatch(n -> begins(n, part))) {
                throw new TrainingException("[config] 'learn' names '" + Quoted.text(part)
                        + "', which nothing in the network begins with that can learn");
            }
        }
        List<ParameterGroup> out = new ArrayList<>();
        for (ParameterGroup group : groups) {
            Map<String, Parameter> members = new LinkedHashMap<>(group.parameters());
            members.keySet().removeIf(n -> learn.stream().noneMatch(part -> begins(n, part)));
            if (!members.isEmpty()) {
                out.add(new ParameterGroup(group.name(), members, group.weightDecay()));
            }
        }
        return List.copyOf(out);
    }

    private static boolean begins(String name, String part) {
        return name.equals(part) || name.startsWith(part.endsWith(".") ? part : part + ".");
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
