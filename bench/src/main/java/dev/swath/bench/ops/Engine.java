package dev.swath.bench.ops;

/** An engine that prepares contenders; an operation that it does not have throws {@link UnsupportedOperationException}. */
public interface Engine extends AutoCloseable {
    /** The name by which a benchmark's parameter asks for it. */
    String name();

    /** A contender for a matrix product with weights. */
    default Contender linear(LinearCase operation) {
        throw missing("linear");
    }

    /** A contender for a 3x3 convolution. */
    default Contender convolution(ConvolutionCase operation) {
        throw missing("convolution");
    }

    /** A contender for a layer of attention inside windows. */
    default Contender windowAttention(WindowAttentionCase operation) {
        throw missing("window attention");
    }

    /** A contender for attention from pixels to words. */
    default Contender crossAttention(CrossAttentionCase operation) {
        throw missing("cross attention");
    }

    /** A contender for a layer norm. */
    default Contender layerNorm(LayerNormCase operation) {
        throw missing("layer norm");
    }

    /** A contender for an instance norm. */
    default Contender instanceNorm(InstanceNormCase operation) {
        throw missing("instance norm");
    }

    /** A contender for a softmax. */
    default Contender softmax(SoftmaxCase operation) {
        throw missing("softmax");
    }

    /** A contender for the exact GELU. */
    default Contender gelu(GeluCase operation) {
        throw missing("gelu");
    }

    /** A contender for a bilinear resize. */
    default Contender resize(ResizeCase operation) {
        throw missing("resize");
    }

    private UnsupportedOperationException missing(String operation) {
        return new UnsupportedOperationException(name() + " does not compete in " + operation);
    }

    @Override
    void close();
}
