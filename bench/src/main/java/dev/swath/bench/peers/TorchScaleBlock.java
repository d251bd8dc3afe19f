package dev.swath.bench.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A multi-scale block of MAFN's decoder on libtorch. */
final class TorchScaleBlock {
    private static final int KERNELS = 3;

    private TorchScaleBlock() {}

    /** A map to one of the same shape. */
    static Tensor apply(TorchWeights path, Tensor map) {
        Tensor h = normed(path.child("pconv1"), map).relu();
        Tensor total = torch.zeros_like(h);
        for (int i = 0; i < KERNELS; i++) {
            Tensor d = normed(path.child("msdc.dwconvs." + i), h).relu();
            total = total.add(d);
            if (i < KERNELS - 1) {
                h = TorchRotation.convolve(path.child("msdc.conv2_3"), h).add(d);
            }
        }
        return map.add(normed(path.child("pconv2"), total));
    }

    private static Tensor normed(TorchWeights path, Tensor x) {
        return path.child("1").batchNorm(path.child("0").convolutionWithoutBias(x));
    }
}
