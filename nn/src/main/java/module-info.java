/** Modules and layers, and the networks Swin and BERT, each useful alone. */
module dev.swath.nn {
    requires transitive dev.swath.autograd;
    requires static org.jspecify;

    exports dev.swath.nn;
    exports dev.swath.nn.bert;
    exports dev.swath.nn.inspect;
    exports dev.swath.nn.loss;
    exports dev.swath.nn.optim;
    exports dev.swath.nn.swin;
    exports dev.swath.nn.train;
}
