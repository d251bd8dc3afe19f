/** Checkpoints in and out: safetensors and PyTorch files, read strictly and without executing anything. */
module dev.swath.weights {
    requires transitive dev.swath.tensor;
    requires static org.jspecify;

    exports dev.swath.weights;
    exports dev.swath.weights.json;
    exports dev.swath.weights.pickle;
}
