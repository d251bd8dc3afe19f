package dev.swath.bench.peers;

import dev.swath.tensor.Tensor;
import java.util.Optional;

/** A network that learns: what a training step costs before the optimizer. */
public interface TrainingEngine extends AutoCloseable {
    /**
     * One forward pass in training mode (statistics of the batch; no dropout, no drop path), the published loss, and the
     * backward pass. Gradients of the step before are dropped.
     *
     * @param target 0 or 1 for each pixel (B,H,W), i64
     * @return the loss
     */
    double step(FiaNetInput input, Tensor target);

    /** The last step's gradient of a parameter by its published name, in the parameter's shape; empty where none arrived. */
    Optional<Tensor> gradient(String parameter);

    @Override
    void close();
}
