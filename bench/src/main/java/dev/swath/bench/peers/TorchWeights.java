package dev.swath.bench.peers;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Looks weights up below a path of the network and applies the layers that are nothing but their weights.
 *
 * @param tensors all weights by their full names
 * @param path where the layer lies
 * @param training whether batch norms use the statistics of the batch
 */
record TorchWeights(Map<String, Tensor> tensors, String path, boolean training) {
    /** For evaluation. */
    TorchWeights(Map<String, Tensor> tensors, String path) {
        this(tensors, path, false);
    }

    /** The weights below a child of this path. */
    TorchWeights child(String name) {
        return new TorchWeights(tensors, path.isEmpty() ? name : path + "." + name, training);
    }

    Tensor get(String name) {
        String full = path + "." + name;
        Tensor tensor = tensors.get(full);
        if (tensor == null) {
            throw new IllegalArgumentException("the state dict has no tensor " + full);
        }
        return tensor;
    }

    Tensor linear(Tensor x) {
        return Torch.linear(x, get("weight"), get("bias"));
    }

    Tensor layerNorm(Tensor x, double eps) {
        return Torch.layerNorm(x, get("weight"), get("bias"), eps);
    }

    Tensor layerNorm(Tensor x) {
        return layerNorm(x, 1e-5);
    }

    Tensor batchNorm(Tensor x) {
        return Torch.batchNorm(x, get("weight"), get("bias"), get("running_mean"), get("running_var"), training);
    }

    /** Kernel 1 over the one axis of (B,C,L). */
    Tensor pointwise(Tensor x) {
        return Torch.pointwise(x, get("weight"), get("bias"));
    }

    /** Kernel 1x1 with bias. */
    Tensor convolution(Tensor x) {
        return Torch.conv2d(x, get("weight"), get("bias"), 1, 0);
    }

    /** tanh(Linear(ReLU(Linear(x)))), both without bias. */
    Tensor tanhGate(Tensor x) {
        return Torch.linear(Torch.linear(x, get("0.weight")).relu(), get("2.weight"))
                .tanh();
    }
}
