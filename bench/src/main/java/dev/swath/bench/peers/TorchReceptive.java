package dev.swath.bench.peers;

import org.bytedeco.pytorch.Tensor;

/** RMSIN's intra-scale branch on libtorch: one weight a cell, read off the mean over channels. */
final class TorchReceptive {
    private TorchReceptive() {}

    /** Cells x (B,L,C) of a grid, each scaled by its weight; {@code path} is that of the {@code repblock}. */
    static Tensor apply(TorchWeights path, Tensor x, Grid grid) {
        Tensor mean = Torch.mean(x, 2, false).view(x.size(0), 1, grid.height(), grid.width());
        Tensor weight = half(path, half(path, mean, "").relu(), "_2").sigmoid();
        return x.mul(Torch.cells(weight));
    }

    private static Tensor half(TorchWeights path, Tensor map, String suffix) {
        TorchWeights small = path.child("brb_1x1" + suffix);
        TorchWeights large = path.child("brb_3x3" + suffix);
        Tensor one = small.child("bn").batchNorm(small.child("conv").convolutionWithoutBias(map));
        Tensor inner = large.child("bn1").batchNorm(large.child("conv1").convolutionWithoutBias(map));
        Tensor three = large.child("bn2").batchNorm(large.child("conv2").convolutionWithoutBias(inner));
        return one.add(three).add(path.child("brb_identity" + suffix).batchNorm(map));
    }
}
