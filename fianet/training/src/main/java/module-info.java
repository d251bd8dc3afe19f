/** Training: runs in a folder, their logs, ablations. */
module dev.swath.fianet.training {
    requires transitive dev.swath.fianet.datasets;
    requires dev.swath.files;
    requires static org.jspecify;

    exports dev.swath.fianet.train;
}
