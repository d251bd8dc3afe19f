/** Checkpoints in and out: safetensors and PyTorch files, read strictly and without executing anything. */
module dev.swath.weights {
    requires transitive dev.swath.tensor;
    requires dev.swath.files;
    requires static org.jspecify;

    exports dev.swath.weights;
    exports dev.swath.weights.pickle;
}
