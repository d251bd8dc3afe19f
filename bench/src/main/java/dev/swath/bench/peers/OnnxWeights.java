package dev.swath.bench.peers;

import dev.swath.bench.onnx.OnnxModel;
import dev.swath.bench.onnx.OnnxModel.Value;
import dev.swath.bench.onnx.OnnxOps;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Weights below a path of the network as constants of a model, each written once, and the layers made of them. */
final class OnnxWeights {
    private final OnnxOps ops;
    private final StateDict weights;
    private final String path;
    private final Map<String, Value> constants;

    OnnxWeights(OnnxOps ops, StateDict weights) {
        this(ops, weights, "", new HashMap<>());
    }

    private OnnxWeights(OnnxOps ops, StateDict weights, String path, Map<String, Value> constants) {
        this.ops = ops;
        this.weights = weights;
        this.path = path;
        this.constants = constants;
    }

    /** The weights below a child of this path. */
    OnnxWeights child(String name) {
        return new OnnxWeights(ops, weights, path.isEmpty() ? name : path + "." + name, constants);
    }

    Value get(String name) {
        return derived(name, "", tensor -> tensor);
    }

    /** A constant made from one weight. */
    Value derived(String name, String suffix, Function<Tensor, Tensor> change) {
        String full = path + "." + name;
        Value known = constants.get(full + suffix);
        if (known != null) {
            return known;
        }
        Tensor tensor = change.apply(weights.get(full));
        Value constant = ops.model()
                .floats(full + suffix, tensor.toFloatArray(), tensor.shape().dims());
        constants.put(full + suffix, constant);
        return constant;
    }

    /** A constant that no weight decides, made once for a key. */
    Value computed(String key, Function<String, Value> make) {
        Value known = constants.get(key);
        if (known == null) {
            known = make.apply(key);
            constants.put(key, known);
        }
        return known;
    }

    /** Fully connected without bias. */
    Value product(Value x, String weight) {
        return ops.matmul(x, derived(weight, ".transposed", tensor -> tensor.transpose(0, 1)));
    }

    Value linear(Value x) {
        return ops.add(product(x, "weight"), get("bias"));
    }

    Value layerNorm(Value x, double eps) {
        return ops.layerNorm(x, get("weight"), get("bias"), eps);
    }

    Value layerNorm(Value x) {
        return layerNorm(x, 1e-5);
    }

    Value batchNorm(Value x) {
        return ops.batchNorm(x, get("weight"), get("bias"), get("running_mean"), get("running_var"));
    }

    /** Kernel 1 with bias, over one axis or two. */
    Value convolution(Value x) {
        return ops.convolution(x, get("weight"), get("bias"), 1, 0);
    }

    /** 3x3 without bias. */
    Value convolution3(Value x) {
        return ops.convolution(x, get("weight"), OnnxModel.absent(), 1, 1);
    }

    /** Instance norm without parameters; the operator wants some, so it gets ones and zeros. */
    Value instanceNorm(Value x) {
        int channels = x.dim(1);
        Value ones = computed("ones_" + channels, key -> {
            float[] values = new float[channels];
            Arrays.fill(values, 1);
            return ops.model().floats(key, values, channels);
        });
        Value zeros = computed("zeros_" + channels, key -> ops.model().floats(key, new float[channels], channels));
        return ops.instanceNorm(x, ones, zeros);
    }

    /** tanh(Linear(ReLU(Linear(x)))), both without bias. */
    Value tanhGate(Value x) {
        return ops.unary("Tanh", product(ops.unary("Relu", product(x, "0.weight")), "2.weight"));
    }
}
