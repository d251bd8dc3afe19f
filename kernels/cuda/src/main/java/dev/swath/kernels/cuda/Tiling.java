package dev.swath.kernels.cuda;

import java.util.List;

/**
 * How a product is cut: tiles of the result, and the sums along k in one or several parts, each of which is a block's. Small
 * results have few tiles, so a long k is split to keep all multiprocessors busy; the partial sums are added in a pass of
 * their own. Chosen by a model of the time: steps of 128 bytes along k at the rates below.
 *
 * @param tile what a block computes
 * @param splits parts of k
 * @param length elements along k of a part, a multiple of a step
 */
record Tiling(Tile tile, int splits, int length) {
    /**
     * One of the tiles that a kernel has.
     *
     * @param name as the kernel's name ends
     * @param shared bytes of shared memory of a block
     * @param alone microseconds of a step where a multiprocessor has one block
     * @param many microseconds of a step for each of many blocks on a multiprocessor
     */
    record Tile(String name, int rows, int columns, int threads, int shared, double alone, double many) {
        /** Of {@code stages} steps of bf16 or f32, 128 bytes a row. */
        private static Tile of(int side, int stages, double alone, double many) {
            return new Tile("" + side, side, side, side * 2, stages * 2 * side * 128, alone, many);
        }

        /** A block of two groups of warps; its steps begin at a multiple of 1024 bytes. */
        private static Tile groups(int columns, int stages, double alone, double many) {
            return new Tile("" + columns, 128, columns, 256, stages * (128 + columns) * 128 + 1024, alone, many);
        }

        long down(long m) {
            return (m + rows - 1) / rows;
        }

        long across(long n) {
            return (n + columns - 1) / columns;
        }
    }

    /** Which multipliers there are. The rates are of an H200, from the first kernels of each kind. */
    enum Kind {
        BF16("", "_bf16", "", 64, List.of(Tile.of(64, 4, 0.34, 0.24), Tile.of(128, 3, 0.83, 0.83))),
        TF32("", "_tf32", "_tf32", 32, List.of(Tile.of(64, 4, 0.34, 0.24), Tile.of(128, 3, 0.83, 0.83))),
        F32("", "_f32", "_f32", 32, List.of(Tile.of(64, 4, 1.0, 0.6), Tile.of(128, 3, 2.3, 2.3))),
        /** bf16 on compute capability 9.0. */
        HOPPER(
                "hopper_",
                "",
                "",
                64,
                List.of(
                        Tile.groups(64, 4, 0.28, 0.27),
                        Tile.groups(128, 3, 0.4, 0.5),
                        Tile.groups(256, 4, 0.75, 0.85)));

        private final String prefix;
        private final String suffix;
        private final String fileSuffix;
        private final int step;
        private final List<Tile> tiles;

        Kind(String prefix, String suffix, String fileSuffix, int step, List<Tile> tiles) {
            this.prefix = prefix;
            this.suffix = suffix;
            this.fileSuffix = fileSuffix;
            this.step = step;
            this.tiles = tiles;
        }

        /** What its kernels come in. */
        List<Tile> tiles() {
            return tiles;
        }

        /** Elements of 128 bytes. */
        int step() {
            return step;
        }

        /** The file of this kind's kernels of {@code gemm} or {@code conv2d}. */
        String file(String base) {
            return prefix + base + fileSuffix;
        }

        /** The kernel of that tile. */
        String kernel(String base, Tile tile) {
            return prefix + base + suffix + "_" + tile.name;
        }

        /** Most elements that f32 sums in one go, so that the error stays below 1e-5; tensor cores are allowed more. */
        int longest() {
            return this == F32 ? 4096 : Integer.MAX_VALUE / 2;
        }
    }

    private static final double FINISH_MICROSECONDS = 2.5;
    private static final double BYTES_A_MICROSECOND = 3e6;
    private static final int MOST_SPLITS = 1024;

    /** For (m, n) sums of k, on a device with that many multiprocessors; partial sums may be all that is wanted. */
    static Tiling of(Kind kind, long m, long n, int k, int multiprocessors, boolean partial) {
        int steps = Math.max(1, (k + kind.step - 1) / kind.step);
        Tiling best = null;
        double least = Double.MAX_VALUE;
        for (Tile tile : kind.tiles) {
            long tiles = tile.down(m) * tile.across(n);
            for (int i = 0; i < 12; i++) {
                long wanted = i < 4 ? i + 1 : (i - 3L) * multiprocessors / tiles;
                int splits = Math.clamp(wanted, 1, Math.min(MOST_SPLITS, Math.max(1, steps / 2)));
                int each = (steps + splits - 1) / splits;
                splits = (steps + each - 1) / each;
                long waves = (tiles * splits + multiprocessors - 1) / multiprocessors;
                double time = each * Math.max(tile.alone, tile.many * waves);
                if (splits > 1 || partial) {
                    time += FINISH_MICROSECONDS + splits * 8.0 * m * n / BYTES_A_MICROSECOND;
                }
                if (time < least) {
                    least = time;
                    best = new Tiling(tile, splits, each * kind.step);
                }
            }
        }
        return best;
    }
}
