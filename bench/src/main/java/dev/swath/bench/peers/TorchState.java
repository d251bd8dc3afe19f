package dev.swath.bench.peers;

import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The weights of a network on libtorch, and the way of values to libtorch and back; they live until {@link #close()}. */
final class TorchState implements AutoCloseable {
    static {
        TorchRuntime.load();
    }

    private final Map<String, Tensor> tensors = new HashMap<>();
    private final torch.ScalarType type;
    private final boolean training;

    /**
     * The float tensors of a dict, copied one at a time, so that a dict whose entries are read on demand never lies in memory
     * whole.
     *
     * @param training whether batch norms use the statistics of the batch; dropout and drop path are off in any case
     */
    TorchState(StateDict weights, TorchFiaNet.Precision precision, boolean training) {
        this.type = precision == TorchFiaNet.Precision.SINGLE ? torch.ScalarType.Float : torch.ScalarType.Double;
        this.training = training;
        for (String name : weights.names()) {
            StateDict.Entry entry = weights.entry(name);
            if (entry.dtype() == DType.F32) {
                long[] shape =
                        Arrays.stream(entry.shape().dims()).asLongStream().toArray();
                float[] values = entry.read().toFloatArray();
                tensors.put(name, Torch.owned(() -> Torch.of(values, type, shape)));
            }
        }
    }

    /** Where names begin. */
    TorchWeights root() {
        return new TorchWeights(tensors, "", training);
    }

    /** The float tensors by their published names. */
    Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** The type of the network's floats. */
    torch.ScalarType type() {
        return type;
    }

    /** Whether batch norms use the statistics of the batch. */
    boolean training() {
        return training;
    }

    /** The image (B,3,H,W). */
    Tensor image(FiaNetInput input) {
        return Torch.of(input.image().toFloatArray(), type, input.batch(), 3, input.height(), input.width());
    }

    /** Integers (B,N). */
    Tensor integers(dev.swath.tensor.Tensor values) {
        return Tensor.create(values.toLongArray(), values.dim(0), values.dim(1));
    }

    /** A mask (B,N) in the network's floats. */
    Tensor mask(dev.swath.tensor.Tensor values) {
        return integers(values).to(type);
    }

    /** Runs a pass without gradients and copies its result. */
    dev.swath.tensor.Tensor infer(Supplier<Tensor> pass) {
        try (PointerScope _ = new PointerScope();
                InferenceMode _ = new InferenceMode(true)) {
            return copy(pass.get());
        }
    }

    /** The values as a tensor of Swath in the network's precision. */
    dev.swath.tensor.Tensor copy(Tensor x) {
        int[] shape = Arrays.stream(x.shape()).mapToInt(Math::toIntExact).toArray();
        int size = Math.toIntExact(x.numel());
        Tensor contiguous = x.contiguous();
        if (type == torch.ScalarType.Float) {
            float[] values = new float[size];
            new FloatPointer(contiguous.data_ptr()).get(values);
            return dev.swath.tensor.Tensor.of(values, shape);
        }
        double[] values = new double[size];
        new DoublePointer(contiguous.data_ptr()).get(values);
        return dev.swath.tensor.Tensor.of(values, shape);
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
