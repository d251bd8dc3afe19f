package dev.swath.kernels;

/** Pointwise functions of one argument. */
public enum Activation {
    /** y = x. */
    IDENTITY,
    /** y = max(x, 0); gradient 0 at 0. */
    RELU,
    /** y = x/2 (1 + erf(x / sqrt 2)). */
    GELU,
    /** y = tanh x. */
    TANH,
    /** y = 1 / (1 + exp(-x)). */
    SIGMOID,
    /** y = clamp(x + 3, 0, 6) / 6; gradient 1/6 strictly inside (-3, 3), else 0. */
    HARD_SIGMOID,
    /** y = exp x. */
    EXP,
    /** y = log x, the natural one; -infinity at 0, NaN below. */
    LOG,
    /** y = sqrt x; NaN below 0. */
    SQRT,
    /** y = x clamp(x + 3, 0, 6) / 6; gradient (2x + 3) / 6 strictly inside (-3, 3), 0 below and 1 above. */
    HARD_SWISH,
    /** y = clamp(x, 0, 6); gradient 1 strictly inside (0, 6), else 0. */
    RELU6,
    /** y = x for x > 0, else x / 5; gradient 1/5 at 0. */
    LEAKY_RELU,
    /** y = x / (1 + |x|). */
    SOFTSIGN,
    /** y = log(1 + exp x). */
    SOFTPLUS,
    /** y = sin x, x in radians. */
    SIN,
    /** y = cos x, x in radians. */
    COS;

    /** Whether a product or a convolution can apply it to what it writes; the others are a pass of their own. */
    public boolean isEpilogue() {
        return this != SOFTPLUS && this != SIN && this != COS;
    }
}
