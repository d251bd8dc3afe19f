/** Tags the words of a sentence by Apache OpenNLP; bound by the service loader. */
module dev.swath.fianet.opennlp {
    requires transitive dev.swath.fianet;
    requires org.apache.opennlp.tools;
    requires org.slf4j; // needed by OpenNLP, which as an automatic module cannot say so
    requires static org.jspecify;

    exports dev.swath.fianet.opennlp;

    provides dev.swath.fianet.text.PosTagger with
            dev.swath.fianet.opennlp.OpenNlpTagger;
}
