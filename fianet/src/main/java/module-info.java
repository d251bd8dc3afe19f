/** Referring segmentation of aerial images: the network, its inputs, and the command line. */
module dev.swath.fianet {
    requires transitive dev.swath.tensor;
    requires transitive dev.swath.kernels;
    requires info.picocli;
    requires static org.jspecify;

    opens dev.swath.fianet.cli to
            info.picocli;
}
