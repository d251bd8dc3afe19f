package dev.swath.fianet.synth;

import dev.swath.fianet.image.RgbImage;

/** What turns clean drawing into a picture: texture of each surface, blur, light, haze and the sensor's noise. */
final class Atmosphere {
    private static final double GROUND_ROUGHNESS = 0.1;

    /** Side of a cell of each octave of the texture, percent of the frame. */
    private static final double[] CELLS = {17, 5.3, 1.6, 0.5};

    private static final double[] WEIGHTS = {0.4, 0.35, 0.45, 0.4};

    /** Pixels below which a cell is too small to show. */
    private static final double SMALLEST_CELL = 1.8;

    private Atmosphere() {}

    /** The picture of drawn colours (0xRRGGBB); {@code ids} says which object each pixel shows. */
    static RgbImage develop(Scene scene, int[] rgb, int[] ids, int size) {
        int n = size * size;
        float[] texture = texture(scene.textureSeed(), size);
        double[] roughness = new double[scene.objects().size() + 1];
        roughness[0] = GROUND_ROUGHNESS;
        for (int i = 0; i < scene.objects().size(); i++) {
            roughness[i + 1] = scene.objects().get(i).kind().roughness();
        }
        Scene.Air air = scene.air();
        float[][] planes = new float[3][n];
        for (int i = 0; i < n; i++) {
            float shade = (float) (1 + roughness[ids[i] + 1] * texture[i]);
            planes[0][i] = Colours.red(rgb[i]) * shade;
            planes[1][i] = Colours.green(rgb[i]) * shade;
            planes[2][i] = Colours.blue(rgb[i]) * shade;
        }
        byte[] out = new byte[3 * n];
        int passes = Math.max(1, size / 256);
        float[] other = new float[n];
        for (int c = 0; c < 3; c++) {
            for (int p = 0; p < passes; p++) {
                blur(planes[c], other, size, (float) air.blur());
            }
            double gain = air.gain() * (c == 0 ? 1 + air.warmth() : c == 2 ? 1 - air.warmth() : 1) * (1 - air.haze());
            double haze = 235 * air.haze();
            for (int i = 0; i < n; i++) {
                out[3 * i + c] = (byte) Colours.clamp(
                        gain * planes[c][i] + haze + air.noise() * gauss(scene.textureSeed() + 31L * (3L * i + c)));
            }
        }
        return new RgbImage(size, size, out);
    }

    /** Smooth noise of several octaves, about -1 to 1. */
    private static float[] texture(long seed, int size) {
        float[] out = new float[size * size];
        double unit = SceneObject.FRAME / size;
        for (int o = 0; o < CELLS.length && CELLS[o] >= SMALLEST_CELL * unit; o++) {
            int side = (int) Math.ceil(SceneObject.FRAME / CELLS[o]) + 2;
            float[] lattice = new float[side * side];
            for (int i = 0; i < lattice.length; i++) {
                lattice[i] = (float) (2 * uniform(seed * 7919 + 104729L * o + i) - 1);
            }
            for (int y = 0; y < size; y++) {
                double gy = (y + 0.5) * unit / CELLS[o];
                int cy = (int) gy;
                float ty = smooth((float) (gy - cy));
                for (int x = 0; x < size; x++) {
                    double gx = (x + 0.5) * unit / CELLS[o];
                    int cx = (int) gx;
                    float tx = smooth((float) (gx - cx));
                    int at = cy * side + cx;
                    float top = lattice[at] + tx * (lattice[at + 1] - lattice[at]);
                    float bottom = lattice[at + side] + tx * (lattice[at + side + 1] - lattice[at + side]);
                    out[y * size + x] += (float) WEIGHTS[o] * (top + ty * (bottom - top));
                }
            }
        }
        return out;
    }

    private static float smooth(float t) {
        return t * t * (3 - 2 * t);
    }

    private static void blur(float[] plane, float[] other, int size, float side) {
        float middle = 1 - 2 * side;
        for (int y = 0; y < size; y++) {
            int row = y * size;
            for (int x = 0; x < size; x++) {
                other[row + x] = middle * plane[row + x]
                        + side * (plane[row + Math.max(0, x - 1)] + plane[row + Math.min(size - 1, x + 1)]);
            }
        }
        for (int y = 0; y < size; y++) {
            int row = y * size;
            int above = Math.max(0, y - 1) * size;
            int below = Math.min(size - 1, y + 1) * size;
            for (int x = 0; x < size; x++) {
                plane[row + x] = middle * other[row + x] + side * (other[above + x] + other[below + x]);
            }
        }
    }

    private static double uniform(long key) {
        return (Dice.mix(key * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L) >>> 11) * 0x1p-53;
    }

    /** Near normal, mean 0, standard deviation 1: the sum of four 16-bit numbers of one hash. */
    private static double gauss(long key) {
        long bits = Dice.mix(key * 0x9E3779B97F4A7C15L);
        long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
        return (sum - 131070) / 37837.0;
    }
}
