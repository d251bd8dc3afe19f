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
        String full = path.isEmpty() ? name : path + "." + name;
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

    /** A convolution with bias, padded so that a stride of 1 keeps the size. */
    Tensor convolution(Tensor x, int stride) {
        Tensor weight = get("weight");
        return Torch.conv2d(x, weight, get("bias"), stride, (int) weight.size(2) / 2);
    }

    /** A convolution without bias, padded so that the size stays. */
    Tensor convolutionWithoutBias(Tensor x) {
        Tensor weight = get("weight");
        return Torch.conv2d(x, weight, 1, (int) weight.size(2) / 2);
    }

    /** A layer norm over the channels of a map (B,C,H,W). */
    Tensor layerNormOfChannels(Tensor map) {
        return layerNorm(map.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    }

    /** Whether there are tensors below this path. */
    boolean exists() {
        return tensors.keySet().stream().anyMatch(name -> name.startsWith(path + "."));
    }

    /** tanh(Linear(ReLU(Linear(x)))), both without bias. */
    Tensor tanhGate(Tensor x) {
        return Torch.linear(Torch.linear(x, get("0.weight")).relu(), get("2.weight"))
                .tanh();
    }
}
