package dev.swath.fianet.model;

import dev.swath.files.Quoted;
import dev.swath.files.json.Fields;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/** The sizes of Swin and BERT as keys of {@code config.json}, and as the tensors of a checkpoint imply them. */
public final class TrunkSettings {
    private static final List<String> UNUSED = List.of("pooler.", "cls.", "embeddings.position_ids");

    private TrunkSettings() {}

    /** The keys of {@code swin}. */
    public static Map<String, Object> toJson(SwinConfig v) {
        Map<String, Object> swin = new LinkedHashMap<>();
        swin.put("embed_dim", v.embedDim());
        swin.put("depths", v.depths());
        swin.put("heads", v.heads());
        swin.put("window", v.window());
        swin.put("patch", v.patch());
        swin.put("mlp_ratio", v.mlpRatio());
        swin.put("drop_path", v.dropPath());
        return swin;
    }

    /** The keys of {@code bert}. */
    public static Map<String, Object> toJson(BertConfig t) {
        Map<String, Object> bert = new LinkedHashMap<>();
        bert.put("vocabulary", t.vocabulary());
        bert.put("hidden", t.hidden());
        bert.put("layers", t.layers());
        bert.put("heads", t.heads());
        bert.put("intermediate", t.intermediate());
        bert.put("positions", t.positions());
        bert.put("types", t.types());
        bert.put("dropout", t.dropout());
        bert.put("layer_norm_eps", t.eps());
        return bert;
    }

    /** {@code d} with what the keys say; each is bounded by far more than any published model has. */
    public static SwinConfig swin(Fields f, SwinConfig d) {
        SwinConfig c = new SwinConfig(
                f.integer("embed_dim", d.embedDim(), 1, 4096),
                f.integers("depths", d.depths(), 8, 0, 256),
                f.integers("heads", d.heads(), 8, 1, 256),
                f.integer("window", d.window(), 1, 64),
                f.integer("patch", d.patch(), 1, 64),
                f.integer("mlp_ratio", d.mlpRatio(), 1, 64),
                f.number("drop_path", d.dropPath(), 0, 1));
        f.requireNoOthers();
        return c;
    }

    /** {@code d} with what the keys say; each is bounded by far more than any published model has. */
    public static BertConfig bert(Fields f, BertConfig d) {
        BertConfig c = new BertConfig(
                f.integer("vocabulary", d.vocabulary(), 1, 4_000_000),
                f.integer("hidden", d.hidden(), 1, 16_384),
                f.integer("layers", d.layers(), 0, 256),
                f.integer("heads", d.heads(), 1, 1024),
                f.integer("intermediate", d.intermediate(), 1, 131_072),
                f.integer("positions", d.positions(), 1, 65_536),
                f.integer("types", d.types(), 1, 1024),
                f.number("dropout", d.dropout(), 0, 1),
                f.number("layer_norm_eps", d.eps(), 0, 1));
        f.requireNoOthers();
        return c;
    }

    /** The keys of {@code swin} and {@code bert} whose values the tensors imply, as {@code swin.depths}. */
    public static Set<String> implied() {
        return Set.of(
                "swin.embed_dim",
                "swin.depths",
                "swin.heads",
                "swin.window",
                "swin.patch",
                "swin.mlp_ratio",
                "bert.vocabulary",
                "bert.hidden",
                "bert.layers",
                "bert.intermediate",
                "bert.positions",
                "bert.types");
    }

    /** The Swin of four stages under {@code backbone.}; {@code title} is the network's, for errors. */
    public static SwinConfig swin(Checkpoint checkpoint, String title) {
        return swin(checkpoint, title, "backbone.patch_embed.", i -> "backbone.layers." + i + ".blocks.");
    }

    /**
     * The Swin of four stages.
     *
     * @param title the network's, for errors
     * @param patches before the names of the patch embedding
     * @param blocks before the numbers of a stage's blocks
     */
    public static SwinConfig swin(Checkpoint checkpoint, String title, String patches, IntFunction<String> blocks) {
        StateDict t = checkpoint.tensors();
        Shape patch = shape(checkpoint, title, patches + "proj.weight", 4);
        int embed = patch.dim(0);
        List<Integer> depths = new ArrayList<>();
        List<Integer> heads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String stage = blocks.apply(i);
            depths.add(count(t, stage));
            heads.add(shape(checkpoint, title, stage + "0.attn.relative_position_bias_table", 2)
                    .dim(1));
        }
        int rows = shape(checkpoint, title, blocks.apply(0) + "0.attn.relative_position_bias_table", 2)
                .dim(0);
        int window = ((int) Math.round(Math.sqrt(rows)) + 1) / 2;
        int mlp = shape(checkpoint, title, blocks.apply(0) + "0.mlp.fc1.weight", 2)
                        .dim(0)
                / embed;
        return new SwinConfig(embed, depths, heads, window, patch.dim(2), mlp, 0.3);
    }

    /** The BERT under {@code text_encoder.}, with heads of 64, which {@link #isStandard} says more of; {@code title} is the network's, for errors. */
    public static BertConfig bert(Checkpoint checkpoint, String title) {
        return bert(checkpoint, title, "text_encoder.");
    }

    /** The same of a BERT under another prefix. */
    public static BertConfig bert(Checkpoint checkpoint, String title, String prefix) {
        Shape words = shape(checkpoint, title, prefix + "embeddings.word_embeddings.weight", 2);
        int hidden = words.dim(1);
        return new BertConfig(
                words.dim(0),
                hidden,
                count(checkpoint.tensors(), prefix + "encoder.layer."),
                Math.max(1, hidden / 64),
                shape(checkpoint, title, prefix + "encoder.layer.0.intermediate.dense.weight", 2)
                        .dim(0),
                shape(checkpoint, title, prefix + "embeddings.position_embeddings.weight", 2)
                        .dim(0),
                shape(checkpoint, title, prefix + "embeddings.token_type_embeddings.weight", 2)
                        .dim(0),
                0.1,
                1e-12);
    }

    /**
     * The tensors without what saves of a BERT hold beside embeddings and layers: its pooler, its heads, its numbers of positions.
     *
     * @param text before the names of that BERT
     */
    public static StateDict withoutUnused(StateDict tensors, String text) {
        StateDict out = new StateDict();
        for (String name : tensors.names()) {
            if (UNUSED.stream().noneMatch(unused -> name.startsWith(text + unused))) {
                out.put(name, tensors.entry(name));
            }
        }
        return out;
    }

    /** How many modules of a list there are: the first n for which no name begins with {@code before + n} and a dot. */
    public static int count(StateDict tensors, String before) {
        int n = 0;
        while (!tensors.namesUnder(before + n + ".").isEmpty()) {
            n++;
        }
        return n;
    }

    /**
     * Whether the heads of a BERT of this width are known without being told: every published one that is 768 or 1024 wide has
     * heads of 64.
     */
    public static boolean isStandard(BertConfig text) {
        return text.hidden() == 768 || text.hidden() == 1024;
    }

    /** The heads of a BERT of no published width; the image size where the sizes are not the published ones and no argument says it. */
    public static List<String> undetermined(Checkpoint checkpoint, SwinConfig vision, BertConfig text) {
        List<String> out = new ArrayList<>();
        if (!isStandard(text)) {
            out.add("bert.heads");
        }
        boolean published = vision.equals(SwinConfig.base(vision.window()))
                && text.hidden() == BertConfig.base().hidden();
        boolean said = new ScriptArguments(checkpoint.settings().arguments())
                .imageSize()
                .isPresent();
        if (!published && !said) {
            out.add("image_size");
        }
        return out;
    }

    /** The shape of a tensor that must be there with so many axes, none of them empty. */
    public static Shape shape(Checkpoint checkpoint, String title, String name, int rank) {
        Shape shape = checkpoint
                .tensors()
                .find(name)
                .orElseThrow(() -> new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + ": '" + name
                        + "' is missing, so this is no complete " + title + " checkpoint"))
                .shape();
        if (shape.rank() != rank || shape.elements() == 0) {
            throw new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + ": '" + name + "' must have "
                    + rank + " axes and elements; got " + shape);
        }
        return shape;
    }
}
