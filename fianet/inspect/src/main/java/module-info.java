/** Looks into every layer of a referring network for one image and one sentence. */
module dev.swath.fianet.inspect {
    requires transitive dev.swath.fianet;
    requires dev.swath.files;
    requires static org.jspecify;

    exports dev.swath.fianet.inspect;
    exports dev.swath.fianet.inspect.page;
}
