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
    SQRT
}
