package dev.swath.bench.peers;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Weighted cross entropy and dice on libtorch, the dice summed over samples and both classes. */
final class TorchLoss implements AutoCloseable {
    private static final float[] CLASS_WEIGHTS = {0.9f, 1.1f};
    private static final double SMOOTH = 1e-6;
    private static final long MEAN = 1;
    private static final long NOTHING_IGNORED = -100;

    private final double crossEntropy;
    private final double dice;
    private final Tensor classWeights;

    /** The two terms' weights. */
    TorchLoss(double crossEntropy, double dice, torch.ScalarType type) {
        this.crossEntropy = crossEntropy;
        this.dice = dice;
        this.classWeights = Torch.owned(() -> Torch.of(CLASS_WEIGHTS, type, CLASS_WEIGHTS.length));
    }

    /** Of logits (B,2,H,W) and a truth (B,H,W) of 0 and 1. */
    Tensor of(Tensor logits, Tensor truth) {
        Tensor entropy =
                torch.cross_entropy_loss(logits, truth, new TensorOptional(classWeights), MEAN, NOTHING_IGNORED, 0);
        Tensor weighted = Torch.scale(entropy, crossEntropy);
        return dice == 0 ? weighted : weighted.add(Torch.scale(dice(logits, truth), dice));
    }

    private static Tensor dice(Tensor logits, Tensor truth) {
        Tensor share = torch.softmax(logits, 1);
        Tensor right = torch.one_hot(truth, 2).permute(0, 3, 1, 2).to(logits.scalar_type());
        Tensor overlap = Torch.shift(Torch.scale(overPixels(share.mul(right)), 2), SMOOTH);
        Tensor both = Torch.shift(overPixels(share).add(overPixels(right)), SMOOTH);
        return Torch.shift(Torch.scale(overlap.div(both), -1), 1).sum();
    }

    private static Tensor overPixels(Tensor x) {
        return x.sum(new long[] {2, 3}, false, new ScalarTypeOptional());
    }

    @Override
    public void close() {
        classWeights.close();
    }
}
