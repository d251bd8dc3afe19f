package dev.swath.bench.peers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The convolutional decoder on libtorch. */
final class TorchDecoder {
    private final TorchWeights weights;
    private final Second second;

    /** What a level does behind its first convolution, with norm and rectifier. */
    interface Second {
        /** To a map of the same shape. */
        Tensor apply(int level, Tensor y);
    }

    TorchDecoder(TorchWeights weights) {
        this(weights, (level, y) -> weights.child("bn2_" + level)
                .batchNorm(weights.child("conv2_" + level).convolutionWithoutBias(y))
                .relu());
    }

    TorchDecoder(TorchWeights weights, Second second) {
        this.weights = weights;
        this.second = second;
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
        y = weights.child("conv1_" + level).convolutionWithoutBias(Torch.cat(1, y, skip));
        return second.apply(level, weights.child("bn1_" + level).batchNorm(y).relu());
    }
}
