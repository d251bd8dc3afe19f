package dev.swath.bench.peers;

import dev.swath.tensor.Tensor;
import java.util.Optional;

/** A network that learns. */
public interface TrainingEngine extends AutoCloseable {
    /** Weight decay of the published code, for all groups but the backbone's norms and bias tables. */
    double WEIGHT_DECAY = 0.01;

    /** The first so many text layers are trained, as published. */
    int TEXT_LAYERS = 10;

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

    /**
     * AdamW's step by the gradients of the last {@link #step}: betas 0.9 and 0.999, eps 1e-8, the four published groups with
     * {@link #WEIGHT_DECAY} and {@link #TEXT_LAYERS}. Parameters outside of them keep their values.
     */
    void update(double learningRate);

    @Override
    void close();
}
