package dev.swath.kernels.cuda;

/**
 * How a product is cut: tiles of 128 x 128 or 64 x 64 elements of the result, and the sums along k in one or several parts,
 * each of which is a block's. Small results have few tiles, so a long k is split to keep all multiprocessors busy; the partial
 * sums are added in a pass of their own. Chosen by a model of the time: steps of 128 bytes along k, at the rates that
 * {@code docs/kernels/gemm.md} measured.
 *
 * @param tile 128 or 64
 * @param splits parts of k
 * @param length elements along k of a part, a multiple of a step
 */
record Tiling(int tile, int splits, int length) {
    /** Which multipliers there are, and the microseconds of a step: alone on a multiprocessor, and where there are many. */
    enum Kind {
        BF16(64, 0.34, 0.24, 0.83, 0.83),
        TF32(32, 0.34, 0.24, 0.83, 0.83),
        F32(32, 1.0, 0.6, 2.3, 2.3);

        private final int step;
        private final double aloneSmall;
        private final double sharedSmall;
        private final double aloneLarge;
        private final double sharedLarge;

        Kind(int step, double aloneSmall, double sharedSmall, double aloneLarge, double sharedLarge) {
            this.step = step;
            this.aloneSmall = aloneSmall;
            this.sharedSmall = sharedSmall;
            this.aloneLarge = aloneLarge;
            this.sharedLarge = sharedLarge;
        }

        /** Elements of 128 bytes. */
        int step() {
            return step;
        }

        /** The part of a kernel file's name that tells them apart. */
        String file() {
            return this == BF16 ? "" : "_" + suffix();
        }

        /** As kernels are named. */
        String suffix() {
            return name().toLowerCase(java.util.Locale.ROOT);
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
        for (int tile = 64; tile <= 128; tile += 64) {
            long tiles = ((m + tile - 1) / tile) * ((n + tile - 1) / tile);
            double alone = tile == 64 ? kind.aloneSmall : kind.aloneLarge;
            double shared = tile == 64 ? kind.sharedSmall : kind.sharedLarge;
            for (int i = 0; i < 12; i++) {
                long wanted = i < 4 ? i + 1 : (i - 3L) * multiprocessors / tiles;
                int splits = Math.clamp(wanted, 1, Math.min(MOST_SPLITS, Math.max(1, steps / 2)));
                int each = (steps + splits - 1) / splits;
                splits = (steps + each - 1) / each;
                long waves = (tiles * splits + multiprocessors - 1) / multiprocessors;
                double time = each * Math.max(alone, shared * waves);
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

    int threads() {
        return tile == 128 ? 256 : 128;
    }

    /** Bytes of shared memory: three steps of a large tile, four of a small one. */
    int shared() {
        return tile == 128 ? 3 * 2 * 128 * 128 : 4 * 2 * 64 * 128;
    }
}
