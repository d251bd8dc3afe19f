/** Referring segmentation of aerial images: the network, its inputs, and the command line. */
module dev.swath.fianet {
    requires transitive dev.swath.tensor;
    requires transitive dev.swath.kernels;
    requires transitive dev.swath.nn;
    requires transitive dev.swath.weights;
    requires transitive dev.swath.tokenizer;
    requires transitive java.desktop;
    requires java.management;
    requires jdk.management; // memory and compiler options for 'swath doctor'
    requires com.google.common;
    requires info.picocli;
    requires org.apache.opennlp.tools;
    requires org.slf4j; // needed by OpenNLP, which as an automatic module cannot say so
    requires static org.jspecify;

    exports dev.swath.fianet;
    exports dev.swath.fianet.data;
    exports dev.swath.fianet.image;
    exports dev.swath.fianet.metrics;
    exports dev.swath.fianet.model;
    exports dev.swath.fianet.model.fianet;
    exports dev.swath.fianet.pretrained;
    exports dev.swath.fianet.synth;
    exports dev.swath.fianet.text;
    exports dev.swath.fianet.train;

    uses dev.swath.fianet.model.NetworkProvider;

    opens dev.swath.fianet.cli to
            info.picocli;
}
