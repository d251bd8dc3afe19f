/** Referring segmentation of aerial images for a product to embed: networks, image and sentence input, the segmenter. */
module dev.swath.fianet {
    requires transitive dev.swath.tensor;
    requires transitive dev.swath.kernels;
    requires transitive dev.swath.nn;
    requires transitive dev.swath.weights;
    requires transitive dev.swath.tokenizer;
    requires transitive java.desktop;
    requires dev.swath.files;
    requires static org.jspecify;

    exports dev.swath.fianet;
    exports dev.swath.fianet.image;
    exports dev.swath.fianet.model;
    exports dev.swath.fianet.model.crossvlt;
    exports dev.swath.fianet.model.dlsa;
    exports dev.swath.fianet.model.fianet;
    exports dev.swath.fianet.model.lavt;
    exports dev.swath.fianet.model.lgce;
    exports dev.swath.fianet.model.mafn;
    exports dev.swath.fianet.model.rmsin;
    exports dev.swath.fianet.model.parts;
    exports dev.swath.fianet.model.skeleton;
    exports dev.swath.fianet.pretrained;
    exports dev.swath.fianet.text;

    uses dev.swath.fianet.BundledFiles;
    uses dev.swath.fianet.text.PosTagger;
    uses dev.swath.fianet.model.NetworkProvider;
    uses javax.imageio.spi.ImageReaderSpi;
}
