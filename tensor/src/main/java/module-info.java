/** Tensors, shapes, views and element types; no arithmetic beyond copy and cast, and no dependency at run time. */
module dev.swath.tensor {
    requires static org.jspecify;

    exports dev.swath.tensor;
}
