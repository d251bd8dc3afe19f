package dev.swath.fianet.model;

import dev.swath.nn.Module;
import dev.swath.nn.Parameter;
import dev.swath.nn.optim.ParameterGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The names that FIANet shares with its relatives: {@code backbone}, {@code classifier}, {@code text_encoder}. */
public final class Trunk {
    /** Before the names of the Swin stages and what stands between them. */
    public static final String BACKBONE = "backbone.";
    /** Before the names of the decoder. */
    public static final String DECODER = "classifier.";
    /** Before the names of BERT. */
    public static final String TEXT = "text_encoder.";

    private static final String REFINER = "refiner.";
    private static final String LAYER = TEXT + "encoder.layer.";
    private static final Pattern STEP = Pattern.compile("text_encoder\\.encoder\\.layer\\.\\d+"
            + "|backbone\\.layers\\.\\d+\\.blocks\\.\\d+"
            + "|backbone\\.norm\\d"
            + "|classifier"
            + "|refiner");

    private Trunk() {}

    /**
     * The optimizer groups of the published trainings, in checkpoint order: the backbone's layer norms and bias tables without
     * weight decay, the rest of the backbone, the decoder, the first layers of the text encoder, and its embeddings if they
     * learn.
     */
    public static List<ParameterGroup> groups(
            Module network, double weightDecay, int textLayers, boolean textEmbeddings) {
        Map<String, Parameter> all = network.namedParameters();
        List<ParameterGroup> out = new ArrayList<>(List.of(
                group("backbone, no decay", all, n -> n.startsWith(BACKBONE) && isUndecayed(n), 0),
                group("backbone", all, n -> n.startsWith(BACKBONE) && !isUndecayed(n), weightDecay),
                group("decoder", all, n -> n.startsWith(DECODER), weightDecay),
                group("text", all, n -> n.startsWith(LAYER) && layer(n) < textLayers, weightDecay)));
        if (textEmbeddings) {
            out.add(group("text embeddings", all, n -> n.startsWith(TEXT + "embeddings."), weightDecay));
        }
        if (all.keySet().stream().anyMatch(n -> n.startsWith(REFINER))) {
            out.add(group("refiner", all, n -> n.startsWith(REFINER), weightDecay));
        }
        return List.copyOf(out);
    }

    /** Whether a parameter of the backbone is spared weight decay: layer norms and bias tables, by their names. */
    public static boolean isUndecayed(String name) {
        return name.contains("norm") || name.contains("relative_position_bias_table");
    }

    private static int layer(String name) {
        return Integer.parseInt(name.substring(LAYER.length(), name.indexOf('.', LAYER.length())));
    }

    /** The group of those of {@code all} whose names belong to it. */
    public static ParameterGroup group(
            String name, Map<String, Parameter> all, Predicate<String> belongs, double weightDecay) {
        Map<String, Parameter> members = new LinkedHashMap<>();
        all.forEach((n, p) -> {
            if (belongs.test(n)) {
                members.put(n, p);
            }
        });
        return new ParameterGroup(name, members, weightDecay);
    }

    /** As {@link ReferringNetwork#swinName}. */
    public static Optional<String> swinName(String own) {
        return without(BACKBONE, own);
    }

    /** As {@link ReferringNetwork#bertName}. */
    public static Optional<String> bertName(String own) {
        return without(TEXT, own);
    }

    private static Optional<String> without(String prefix, String name) {
        return name.startsWith(prefix) ? Optional.of(name.substring(prefix.length())) : Optional.empty();
    }

    /** As {@link ReferringNetwork#isStep}: each BERT layer, Swin block and stage's map, and the decoder. */
    public static boolean isStep(String path) {
        return STEP.matcher(path).matches();
    }
}
