package dev.swath.bench.peers;

import org.bytedeco.pytorch.Tensor;

/** A whole network on libtorch. */
interface TorchModel extends AutoCloseable {
    /** Its weights. */
    TorchState state();

    /** Logits (B,2,H,W), in the caller's scope. */
    Tensor logits(FiaNetInput input);

    /** What a training step makes small; a network with outputs for training alone adds theirs. */
    default Tensor loss(FiaNetInput input, Tensor truth, TorchLoss loss) {
        return loss.of(logits(input), truth);
    }

    @Override
    void close();
}
