package dev.swath.bench.peers;

import java.util.List;

/**
 * The sizes of one FIANet, as far as they decide tensor shapes and control flow.
 *
 * @param embedDim channels C0 of the first stage; stage i has C0 * 2^i
 * @param depths blocks of the four stages
 * @param heads attention heads of the four stages
 * @param window side of a Swin window in cells
 * @param fusionHeads heads of each stage's cross attention between pixels and words
 * @param tmemBlocks blocks of the multi-scale enhancement module
 * @param text sizes of the text encoder
 */
public record NetworkConfig(
        int embedDim,
        List<Integer> depths,
        List<Integer> heads,
        int window,
        List<Integer> fusionHeads,
        int tmemBlocks,
        Text text) {

    /** Stages of the backbone. */
    public static final int STAGES = 4;

    public NetworkConfig {
        depths = List.copyOf(depths);
        heads = List.copyOf(heads);
        fusionHeads = List.copyOf(fusionHeads);
        if (depths.size() != STAGES || heads.size() != STAGES || fusionHeads.size() != STAGES) {
            throw new IllegalArgumentException("depths, heads and fusionHeads need one value for each of the " + STAGES
                    + " stages; got " + depths + ", " + heads + ", " + fusionHeads);
        }
    }

    /** Sizes of a BERT encoder; {@code positions} is the longest sentence, {@code types} the token types. */
    public record Text(int vocabulary, int hidden, int layers, int heads, int intermediate, int positions, int types) {
        /** BERT-base, uncased. */
        public static Text base() {
            return new Text(30522, 768, 12, 12, 3072, 512, 2);
        }
    }

    /** The published network: Swin-B with window 12 and BERT-base; 1 TMEM block for RefSegRS, 3 for RRSIS-D. */
    public static NetworkConfig base(int tmemBlocks) {
        return new NetworkConfig(
                128, List.of(2, 2, 18, 2), List.of(4, 8, 16, 32), 12, List.of(1, 1, 1, 1), tmemBlocks, Text.base());
    }

    /** A network of a few thousand parameters with every code path of the big one. */
    public static NetworkConfig tiny(int tmemBlocks) {
        return new NetworkConfig(
                8,
                List.of(2, 2, 2, 2),
                List.of(1, 2, 2, 4),
                4,
                List.of(1, 1, 1, 1),
                tmemBlocks,
                new Text(64, 16, 2, 2, 32, 24, 2));
    }

    /** Channels of a stage. */
    public int width(int stage) {
        return embedDim << stage;
    }

    /** Channels of all four maps together. */
    public int totalWidth() {
        return embedDim * 15;
    }

    /** Channels inside the TMEM: a quarter of all channels. */
    public int tmemWidth() {
        return totalWidth() / 4;
    }
}
