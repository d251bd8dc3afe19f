/** A small model trained on synthetic scenes; bound by the service loader. */
module dev.swath.fianet.bundled {
    requires dev.swath.fianet;
    requires static org.jspecify;

    provides dev.swath.fianet.BundledFiles with
            dev.swath.fianet.bundled.SyntheticScenesModel;
}
