package dev.swath.bench.peers;

import org.bytedeco.pytorch.Tensor;

/** A text block of DLSA's decoder on libtorch, of the published kind ({@code glf_adapt}). */
final class TorchTextBlock {
    private TorchTextBlock() {}

    /** A map (B,C,H,W) and the mean word (B,D) to a map of the same shape. */
    static Tensor apply(TorchWeights path, Tensor x, Tensor word) {
        Tensor language = path.child("lang_proj.0").linear(word).tanh();
        Tensor vision = project(path.child("vis_proj"), x).tanh();
        Tensor text = Torch.gelu(
                project(path.child("out_proj"), vision.mul(language.unsqueeze(2).unsqueeze(3))));
        Tensor local = path.child("gate").convolution(Torch.cat(1, x, text)).sigmoid();
        Tensor average = Torch.meanOfPixels(x);
        Tensor joint = path.child("lang_gate_proj").linear(word);
        Tensor seen = Torch.cat(1, average, joint, average.mul(joint));
        Tensor amount = path.child("inject_gate.2")
                .linear(Torch.gelu(path.child("inject_gate.0").linear(seen)))
                .sigmoid();
        Tensor scale = path.get("res_scale").tanh().mul(amount.unsqueeze(2).unsqueeze(3));
        return x.add(text.mul(local).mul(scale));
    }

    private static Tensor project(TorchWeights path, Tensor map) {
        return path.child("1").batchNorm(path.child("0").convolutionWithoutBias(map));
    }
}
