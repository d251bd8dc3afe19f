package dev.swath.bench.peers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The convolutional decoder on libtorch. */
final class TorchDecoder {
    private final TorchWeights weights;

    TorchDecoder(TorchWeights weights) {
        this.weights = weights;
    }

    /** Four maps, finest first, to (B,2,H/4,W/4). */
    Tensor forward(List<Tensor> maps) {
        Tensor y = maps.get(3);
        for (int level = 4; level >= 2; level--) {
            Tensor below = y;
            Tensor skip = maps.get(level - 2);
            int number = level;
            y = Torch.scoped(() -> level(number, below, skip));
        }
        return weights.child("conv1_1").convolution(y);
    }

    private Tensor level(int level, Tensor below, Tensor skip) {
        Tensor y = below;
        if (y.size(2) < skip.size(2) || y.size(3) < skip.size(3)) {
            y = Torch.resize(y, skip.size(2), skip.size(3), true);
        }
        y = Torch.cat(1, y, skip);
        for (int number = 1; number <= 2; number++) {
            String suffix = number + "_" + level;
            y = Torch.conv2d(y, weights.get("conv" + suffix + ".weight"), 1, 1);
            y = weights.child("bn" + suffix).batchNorm(y).relu();
        }
        return y;
    }
}
