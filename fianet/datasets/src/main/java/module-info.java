/** Data sets of images with sentences and masks: readers, checks, augmentation, synthetic scenes, metrics, panels. */
module dev.swath.fianet.datasets {
    requires transitive dev.swath.fianet;
    requires dev.swath.files;
    requires static org.jspecify;

    exports dev.swath.fianet.data;
    exports dev.swath.fianet.draw;
    exports dev.swath.fianet.metrics;
    exports dev.swath.fianet.synth;
}
