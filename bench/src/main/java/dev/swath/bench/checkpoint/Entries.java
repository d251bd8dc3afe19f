package dev.swath.bench.checkpoint;

import dev.swath.bench.checkpoint.StateEntry.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects the tensors of a state dict, layer by layer. */
final class Entries {
    private final List<StateEntry> entries = new ArrayList<>();

    /** All that were added, in order. */
    List<StateEntry> all() {
        return List.copyOf(entries);
    }

    void kernel(String path, int... shape) {
        add(path + ".weight", Role.WEIGHT, shape);
    }

    void bias(String path, int outputs) {
        add(path + ".bias", Role.BIAS, outputs);
    }

    void linear(String path, int outputs, int inputs) {
        kernel(path, outputs, inputs);
        bias(path, outputs);
    }

    /** A convolution over one axis with kernel 1. */
    void pointwise(String path, int outputs, int inputs) {
        kernel(path, outputs, inputs, 1);
        bias(path, outputs);
    }

    /** A convolution over two axes with kernel 1x1. */
    void convolution(String path, int outputs, int inputs) {
        kernel(path, outputs, inputs, 1, 1);
        bias(path, outputs);
    }

    /** A convolution over two axes with a square kernel; {@code inputs} are those of one group. */
    void convolution(String path, int outputs, int inputs, int side) {
        kernel(path, outputs, inputs, side, side);
        bias(path, outputs);
    }

    /** The two linear layers of a tanh gate. */
    void gate(String path, int width) {
        kernel(path + ".0", width, width);
        kernel(path + ".2", width, width);
    }

    void norm(String path, int channels) {
        add(path + ".weight", Role.NORM_WEIGHT, channels);
        add(path + ".bias", Role.NORM_BIAS, channels);
    }

    void batchNorm(String path, int channels) {
        norm(path, channels);
        add(path + ".running_mean", Role.RUNNING_MEAN, channels);
        add(path + ".running_var", Role.RUNNING_VARIANCE, channels);
        add(path + ".num_batches_tracked", Role.BATCH_COUNT);
    }

    void add(String name, Role role, int... shape) {
        entries.add(new StateEntry(name, Arrays.stream(shape).boxed().toList(), role));
    }
}
