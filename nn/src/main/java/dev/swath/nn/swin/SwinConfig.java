package dev.swath.nn.swin;

import java.util.List;

/**
 * Sizes of a Swin transformer.
 *
 * @param embedDim channels of the first stage; each stage doubles them
 * @param depths blocks per stage
 * @param heads attention heads per stage
 * @param window side of a window in cells
 * @param patch side of a patch in pixels
 * @param mlpRatio hidden width of a block's MLP over its channels
 * @param dropPath drop-path rate of the last block; the others' grow linearly from 0
 */
public record SwinConfig(
        int embedDim, List<Integer> depths, List<Integer> heads, int window, int patch, int mlpRatio, double dropPath) {
    /** Copies and checks. */
    public SwinConfig {
        depths = List.copyOf(depths);
        heads = List.copyOf(heads);
        if (depths.size() != heads.size() || depths.isEmpty()) {
            throw new IllegalArgumentException(
                    "[swin] there must be as many heads entries as depths; got " + heads + " and " + depths);
        }
        if (embedDim < 1 || window < 1 || patch < 1 || mlpRatio < 1 || !(dropPath >= 0 && dropPath < 1)) {
            throw new IllegalArgumentException(
                    "[swin] sizes must be positive and the drop-path rate in [0, 1); got embedDim " + embedDim
                            + ", window " + window + ", patch " + patch + ", mlpRatio " + mlpRatio + ", dropPath "
                            + dropPath);
        }
        if (depths.size() > 16 || (long) embedDim << depths.size() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("[swin] the channels of the last of " + depths.size()
                    + " stages are too many, from embedDim " + embedDim + " on");
        }
        for (int i = 0; i < depths.size(); i++) {
            if (heads.get(i) < 1 || depths.get(i) < 0 || (embedDim << i) % heads.get(i) != 0) {
                throw new IllegalArgumentException(
                        "[swin] the channels of each stage must be a multiple of its heads; got " + (embedDim << i)
                                + " channels and " + heads.get(i) + " heads in stage " + i);
            }
        }
    }

    private static SwinConfig of(int embedDim, int third, int window, Integer... heads) {
        return new SwinConfig(embedDim, List.of(2, 2, third, 2), List.of(heads), window, 4, 4, 0.3);
    }

    /** Swin-T. */
    public static SwinConfig tiny(int window) {
        return of(96, 6, window, 3, 6, 12, 24);
    }

    /** Swin-S. */
    public static SwinConfig small(int window) {
        return of(96, 18, window, 3, 6, 12, 24);
    }

    /** Swin-B. */
    public static SwinConfig base(int window) {
        return of(128, 18, window, 4, 8, 16, 32);
    }

    /** Swin-L. */
    public static SwinConfig large(int window) {
        return of(192, 18, window, 6, 12, 24, 48);
    }

    /** Number of stages. */
    public int stages() {
        return depths.size();
    }

    /** Channels of stage i. */
    public int width(int i) {
        return embedDim << i;
    }

    /** How many weights the blocks have, their biases, norms and tables of positions apart. */
    public long parameters() {
        double n = 0; // a sum of products that may leave 64 bits
        for (int i = 0; i < depths.size(); i++) {
            double width = width(i);
            n += depths.get(i)
                    * ((4 + 2.0 * mlpRatio) * width * width
                            + heads.get(i) * (2.0 * window - 1) * (2.0 * window - 1)
                            + (double) window * window * window * window);
        }
        return (long) n;
    }

    /** Drop-path rate of block {@code block} of stage {@code stage}. */
    public double dropPath(int stage, int block) {
        int before = 0;
        int total = 0;
        for (int i = 0; i < depths.size(); i++) {
            before += i < stage ? depths.get(i) : 0;
            total += depths.get(i);
        }
        return total < 2 ? 0 : dropPath * (before + block) / (total - 1);
    }
}
