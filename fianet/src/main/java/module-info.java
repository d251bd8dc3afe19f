/** Referring segmentation of aerial images: the network, its inputs, and the command line. */
module dev.swath.fianet {
    requires transitive dev.swath.tensor;
    requires transitive dev.swath.kernels;
    requires transitive dev.swath.nn;
    requires dev.swath.weights;
    requires info.picocli;
    requires static org.jspecify;

    exports dev.swath.fianet.model;

    opens dev.swath.fianet.cli to
            info.picocli;
}
