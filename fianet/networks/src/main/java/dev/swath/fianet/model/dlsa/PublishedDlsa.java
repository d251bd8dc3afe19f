package dev.swath.fianet.model.dlsa;

import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.model.dlsa.DecoderSettings.Stages;
import dev.swath.fianet.model.dlsa.TextBlockSettings.Ablation;
import dev.swath.fianet.model.dlsa.TextBlockSettings.Variant;
import dev.swath.files.Quoted;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a checkpoint tells of its mixing maps and decoder: layout, sizes and variant by its tensors, switches by the arguments of the
 * training script, as the published test script restores them ({@code sg_mode} is not among them).
 *
 * @param checkpoint the file
 */
record PublishedDlsa(Checkpoint checkpoint) {
    /** The network's, for people. */
    static final String TITLE = "DLSA";

    private static final String MIXING = "backbone.layers.0.sgAMC.";
    private static final String BLOCK = "classifier.tg";
    private static final int PLACES = 4;

    private StateDict tensors() {
        return checkpoint.tensors();
    }

    private Map<String, Object> arguments() {
        return checkpoint.settings().arguments();
    }

    /** Whether the file says where its text blocks run. */
    boolean saysStages() {
        return !arguments().isEmpty();
    }

    private Optional<Shape> shape(String name, int rank) {
        return tensors().find(name).map(StateDict.Entry::shape).filter(s -> s.rank() == rank && s.elements() > 0);
    }

    /** Layout, width and kernels; the published ones where tensors are missing or have no such shape, which loading will say. */
    MixingSettings mixing() {
        boolean legacy = tensors().names().stream().anyMatch(n -> n.endsWith(".branch_queries"));
        MixingSettings published =
                MixingSettings.published(legacy ? MixingSettings.Layout.LEGACY : MixingSettings.Layout.ORIGINAL);
        if (!legacy) {
            return published;
        }
        List<Integer> kernels = IntStream.range(0, TrunkSettings.count(tensors(), MIXING + "convs."))
                .mapToObj(i -> TrunkSettings.shape(checkpoint, TITLE, MIXING + "convs." + i + ".weight", 4)
                        .dim(2))
                .toList();
        int hidden = shape(MIXING + "branch_queries", 2).map(s -> s.dim(1)).orElse(published.hidden());
        return new MixingSettings(published.layout(), hidden, kernels.isEmpty() ? published.kernels() : kernels);
    }

    /** Switches and variant of the decoder. */
    DecoderSettings decoder() {
        TextBlockSettings block = new TextBlockSettings(
                agreed(
                        "text_decoder_variant",
                        variant(),
                        choice("text_decoder_variant", Variant.class),
                        Variant.GLF_ADAPT),
                agreed("td_uncertainty_gate", uncertainty(), flag("td_uncertainty_gate"), false),
                choice("alti_ablation", Ablation.class).orElse(Ablation.NONE));
        return new DecoderSettings(stages(), block, flag("use_decoder_sgamc").orElse(false));
    }

    /** Where a file without arguments is not asked, the published places are assumed. */
    private Stages stages() {
        boolean on = saysStages() ? flag("use_text_decoder").orElse(false) : true;
        return on ? choice("text_decoder_stages", Stages.class).orElse(Stages.TG2_TG1) : Stages.NONE;
    }

    /** By the parts that only some blocks have; one is enough, so that a file that lacks a tensor is called incomplete. */
    private Optional<Variant> variant() {
        return has("inject_gate.")
                ? Optional.of(Variant.GLF_ADAPT)
                : has("q_proj.")
                        ? Optional.of(Variant.ATTN)
                        : has("lang_proj.") ? Optional.of(Variant.GLF) : Optional.empty();
    }

    /** Whether any text block has tensors under that name. */
    private boolean has(String part) {
        return IntStream.rangeClosed(1, PLACES)
                .anyMatch(place ->
                        !tensors().namesUnder(BLOCK + place + "." + part).isEmpty());
    }

    /** By the width of an injection gate: it sees five vectors instead of three. */
    private Optional<Boolean> uncertainty() {
        for (int place = 1; place <= PLACES; place++) {
            String block = BLOCK + place + ".";
            Optional<Shape> gate = shape(block + "inject_gate.0.weight", 2);
            Optional<Shape> channels = shape(block + "gate.bias", 1);
            if (gate.isPresent() && channels.isPresent()) {
                return Optional.of(gate.get().dim(1) == 5 * channels.get().dim(0));
            }
        }
        return Optional.empty();
    }

    /** What the tensors tell, else what is said, else the default; both must not contradict each other. */
    private <T> T agreed(String argument, Optional<T> told, Optional<T> said, T otherwise) {
        if (told.isPresent() && said.isPresent() && !told.get().equals(said.get())) {
            throw new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + ": its argument " + argument
                    + " is " + lower(said.get()) + ", but its tensors are those of " + lower(told.get()));
        }
        return told.or(() -> said).orElse(otherwise);
    }

    private Optional<Boolean> flag(String argument) {
        Object value = arguments().get(argument);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Boolean b) {
            return Optional.of(b);
        }
        throw wrong(argument, "true or false", value);
    }

    private <E extends Enum<E>> Optional<E> choice(String argument, Class<E> type) {
        Object value = arguments().get(argument);
        if (value == null) {
            return Optional.empty();
        }
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(value)) {
                return Optional.of(constant);
            }
        }
        String all =
                Arrays.stream(type.getEnumConstants()).map(PublishedDlsa::lower).collect(Collectors.joining(", "));
        throw wrong(argument, "one of " + all, value);
    }

    private WeightsException wrong(String argument, String rule, Object value) {
        return new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + ": its argument " + argument
                + " must be " + rule + "; got " + Quoted.text(String.valueOf(value)));
    }

    private static String lower(Object value) {
        return String.valueOf(value).toLowerCase(Locale.ROOT);
    }
}
