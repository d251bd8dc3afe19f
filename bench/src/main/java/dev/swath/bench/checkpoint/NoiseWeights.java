package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.NetworkConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.util.List;

/**
 * Reproducible noise in the shapes of a network, scaled so that activations keep about unit size through all layers.
 *
 * <p>Every value depends only on the seed, the tensor's name and the value's place in the tensor, so tensors may be made
 * in any order, one at a time, on any machine. A value is the sum of four 16-bit uniforms: near enough to a normal, and
 * exact integer arithmetic up to one rounding.
 */
public final class NoiseWeights {
    /** Standard deviation of the sum of four independent uniforms on 0..65535, to the last bit that matters. */
    private static final double SUM_DEVIATION = 65536 / Math.sqrt(3);

    /** The kernel that turns features into logits. */
    private static final String LAST_KERNEL = "classifier.conv1_1.weight";

    private static final double SUM_MEAN = 2 * 65535.0;

    private final int window;
    private final long seed;
    private final List<StateEntry> entries;

    /** Noise for a network of the given sizes. */
    public NoiseWeights(NetworkConfig config, long seed) {
        this(config.window(), StateLayout.of(config), seed);
    }

    /** Noise for a compared network of the given sizes. */
    public NoiseWeights(ComparedConfig config, long seed) {
        this(config.trunk().window(), ComparedLayout.of(config), seed);
    }

    private NoiseWeights(int window, List<StateEntry> entries, long seed) {
        this.window = window;
        this.seed = seed;
        this.entries = entries;
    }

    /** The entries in the order of the state dict. */
    public List<StateEntry> entries() {
        return entries;
    }

    /** All tensors, each made when it is read and not kept. */
    public StateDict stateDict() {
        StateDict result = new StateDict();
        for (StateEntry entry : entries) {
            int[] shape = entry.shape().stream().mapToInt(Integer::intValue).toArray();
            DType type = entry.isInteger() ? DType.I64 : DType.F32;
            result.put(
                    entry.name(),
                    new StateDict.Entry(
                            type,
                            Shape.of(shape),
                            _ -> entry.isInteger()
                                    ? Tensor.of(integers(entry), shape)
                                    : Tensor.of(floats(entry), shape)));
        }
        return result;
    }

    /** The values of one float tensor, row-major. */
    public float[] floats(StateEntry entry) {
        return switch (entry.role()) {
            case WEIGHT -> kernel(entry);
            case BIAS, NORM_BIAS, RUNNING_MEAN -> normal(entry, 0, 0.1);
            case NORM_WEIGHT -> normal(entry, 1, 0.1);
            case EMBEDDING, BIAS_TABLE -> normal(entry, 0, 0.2);
            case RUNNING_VARIANCE -> variance(entry);
            case POSITION_INDEX, BATCH_COUNT ->
                throw new IllegalArgumentException(entry.name() + " holds integers, not floats");
        };
    }

    /** The values of one integer tensor, row-major. */
    public long[] integers(StateEntry entry) {
        return switch (entry.role()) {
            case POSITION_INDEX -> relativePositionIndex(window);
            case BATCH_COUNT -> new long[] {16260};
            default -> throw new IllegalArgumentException(entry.name() + " holds floats, not integers");
        };
    }

    /** Index into a window's bias table for each pair of cells (query cell major), both row-major in the window. */
    public static long[] relativePositionIndex(int window) {
        int cells = window * window;
        int side = 2 * window - 1;
        long[] index = new long[cells * cells];
        for (int query = 0; query < cells; query++) {
            for (int key = 0; key < cells; key++) {
                int rows = query / window - key / window + window - 1;
                int columns = query % window - key % window + window - 1;
                index[query * cells + key] = (long) rows * side + columns;
            }
        }
        return index;
    }

    /** The last kernel has no mean, for its inputs are never negative and would favour one class everywhere. */
    private float[] kernel(StateEntry entry) {
        float[] values = normal(entry, 0, gain(entry) / Math.sqrt(entry.fanIn()));
        if (entry.name().equals(LAST_KERNEL)) {
            int inputs = entry.fanIn();
            for (int start = 0; start < values.length; start += inputs) {
                double sum = 0;
                for (int i = start; i < start + inputs; i++) {
                    sum += values[i];
                }
                for (int i = start; i < start + inputs; i++) {
                    values[i] -= (float) (sum / inputs);
                }
            }
        }
        return values;
    }

    /**
     * Spread of a kernel's outputs for unit inputs. A rectifier halves the second moment of what follows it, which its
     * kernel makes up for; branches that are added to what they branch from are kept weak, for otherwise rounding grows
     * from layer to layer beyond what it does in a trained network.
     */
    private static double gain(StateEntry entry) {
        if (entry.name().startsWith("classifier.")) {
            return entry.name().equals(LAST_KERNEL) ? 2 : Math.sqrt(2);
        }
        return 0.75;
    }

    private float[] normal(StateEntry entry, double mean, double deviation) {
        long stream = stream(entry);
        float[] values = new float[entry.size()];
        for (int i = 0; i < values.length; i++) {
            long bits = mix(stream + i);
            long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
            values[i] = (float) (mean + deviation * (sum - SUM_MEAN) / SUM_DEVIATION);
        }
        return values;
    }

    /** Uniform on 0.5..1.5. */
    private float[] variance(StateEntry entry) {
        long stream = stream(entry);
        float[] values = new float[entry.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5f + (mix(stream + i) >>> 40) * 0x1p-24f;
        }
        return values;
    }

    private long stream(StateEntry entry) {
        long hash = mix(seed);
        for (int i = 0; i < entry.name().length(); i++) {
            hash = mix(hash ^ entry.name().charAt(i));
        }
        return hash;
    }

    /** The output function of SplitMix64 (Steele, Lea and Flood 2014) at a counter. */
    private static long mix(long counter) {
        long z = (counter + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
