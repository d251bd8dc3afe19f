package dev.swath.fianet.model.parts;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.files.json.Fields;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sizes of a {@link CrossScaleInteraction}, the keys of {@code cim} in {@code config.json}.
 *
 * @param side a: the last map's grid must be a x a, for one product mixes all its cells
 * @param heads of the attention
 * @param key channels of a head's queries and keys; its values have twice as many
 */
public record CrossScaleConfig(int side, int heads, int key) {
    /** The key that holds these in {@code config.json}. */
    public static final String KEY = "cim";
    /** As published, for images of 480 pixels. */
    public static final CrossScaleConfig PUBLISHED = new CrossScaleConfig(15, 8, 32);

    /** Where the published files have one. */
    private static final String ATTENTION = "backbone.cim.block.0.csa1.m.attention.";
    /** Name of the weight (a^2, n) that mixes cells, in the published files. */
    public static final String MIXING = ATTENTION + "proj.weight";

    private static final String PROJECTION = ATTENTION + "qkv.c.weight";
    /** The rows of a head: queries, keys and values. */
    private static final int ROWS = 4;
    /** Pixels of an image on one cell of the last grid, for patches of 4. */
    private static final int CELL = 8;

    /** Checks. */
    public CrossScaleConfig {
        if (side < 1 || heads < 1 || key < 1) {
            throw new IllegalArgumentException(
                    "[cim] side, heads and key must be at least 1; got " + side + ", " + heads + " and " + key);
        }
    }

    /** Throws one sentence unless such a module can take maps of these widths. */
    public static void requireWidths(List<Integer> widths) {
        if (widths.stream().anyMatch(w -> w % 4 != 0)) {
            throw new IllegalArgumentException(
                    "[cim] the channels of each stage must be a multiple of 4; got " + widths);
        }
    }

    /** With another side. */
    public CrossScaleConfig withSide(int a) {
        return new CrossScaleConfig(a, heads, key);
    }

    /** n: cells of the grid, of one of half and of one of a third the side. */
    public int tokens() {
        int half = (side + 1) / 2;
        int third = (side + 2) / 3;
        return side * side + half * half + third * third;
    }

    /** Channels of all heads' values. */
    int inner() {
        return heads * 2 * key;
    }

    /** Parameters that grow with the square of the side, of both attentions. */
    public long parameters() {
        return 2L * side * side * (tokens() + 1);
    }

    /** This for images of {@code size} pixels in patches of {@code patch}. */
    public CrossScaleConfig forImages(int size, int patch) {
        return withSide(Math.max(1, Math.ceilDiv(size, CELL * patch)));
    }

    /** The side of square images whose last grid is a x a, the largest of them: what is published for such a network. */
    public int imageSize(int patch) {
        return CELL * patch * side;
    }

    /** What images a network with such a module can take, all else as in {@code d}. */
    public Limits limits(Limits d, int patch) {
        return new Limits(
                d.vocabulary(),
                d.positions(),
                d.textLayers(),
                Math.max(d.smallestImage(), imageSize(patch) - CELL * patch + 1),
                imageSize(patch),
                "for its cross-scale attention is made for a last grid of " + side + " x " + side + " cells");
    }

    /** The keys of {@code cim}. */
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("side", side);
        out.put("heads", heads);
        out.put("key", key);
        return out;
    }

    /** This with what the keys of {@code cim} say; each is bounded by far more than any published model has. */
    public CrossScaleConfig with(Fields f) {
        int h = f.integer("heads", heads, 1, 256);
        // Other heads of the same channels, unless their width is said too.
        int k = f.integer("key", Math.max(1, heads * key / h), 1, 4096);
        CrossScaleConfig c = new CrossScaleConfig(f.integer("side", side, 1, 256), h, k);
        f.requireNoOthers();
        return c;
    }

    /**
     * As the tensors imply it; with the published number of heads where that can be, which {@link #undetermined} says more of.
     *
     * @param title the network's, for errors
     */
    public static CrossScaleConfig deduce(Checkpoint checkpoint, String title) {
        int cells = TrunkSettings.shape(checkpoint, title, MIXING, 2).dim(0);
        int rows = TrunkSettings.shape(checkpoint, title, PROJECTION, 2).dim(0);
        int heads = rows % (ROWS * PUBLISHED.heads) == 0 ? PUBLISHED.heads : 1;
        return new CrossScaleConfig((int) Math.round(Math.sqrt(cells)), heads, Math.max(1, rows / (ROWS * heads)));
    }

    /** {@code cim.heads} unless the channels are as published, for heads leave no trace in a tensor. */
    public static List<String> undetermined(StateDict tensors) {
        int rows = tensors.find(PROJECTION)
                .map(StateDict.Entry::shape)
                .filter(s -> s.rank() == 2)
                .map(s -> s.dim(0))
                .orElse(0);
        return rows == ROWS * PUBLISHED.heads * PUBLISHED.key ? List.of() : List.of(KEY + ".heads");
    }
}
