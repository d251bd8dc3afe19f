package dev.swath.fianet;

import java.util.Arrays;

/** Patches of a mask: pixels that touch at a side or a corner. */
final class Patches {
    private Patches() {}

    /** A copy of the mask, row by row, without the patches of fewer than {@code least} pixels. */
    static boolean[] withoutSmall(boolean[] mask, int width, int height, int least) {
        boolean[] out = mask.clone();
        boolean[] seen = new boolean[mask.length];
        int[] patch = new int[64];
        for (int first = 0; first < mask.length; first++) {
            if (!mask[first] || seen[first]) {
                continue;
            }
            int size = 0;
            patch[size++] = first;
            seen[first] = true;
            for (int next = 0; next < size; next++) {
                int x = patch[next] % width;
                int y = patch[next] / width;
                for (int v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
                    for (int u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
                        int at = v * width + u;
                        if (mask[at] && !seen[at]) {
                            seen[at] = true;
                            if (size == patch.length) {
                                patch = Arrays.copyOf(patch, size + (size >> 1));
                            }
                            patch[size++] = at;
                        }
                    }
                }
            }
            for (int i = 0; size < least && i < size; i++) {
                out[patch[i]] = false;
            }
        }
        return out;
    }
}
