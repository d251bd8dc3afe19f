/** Golden data, op cases and tolerances shared by the tests; not published. */
module dev.swath.testkit {
    requires transitive dev.swath.autograd;
    requires transitive dev.swath.weights;
    requires dev.swath.files;
    requires static org.jspecify;
    requires org.junit.jupiter.api;

    exports dev.swath.testkit;
    exports dev.swath.testkit.cases;
}
