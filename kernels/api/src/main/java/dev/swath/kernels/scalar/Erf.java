package dev.swath.kernels.scalar;

/** The error function in double precision. */
final class Erf {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final double SERIES_LIMIT = 2.5;
    private static final double ONE_FROM = 6;

    private Erf() {}

    /** erf(x), to a few units in the last place. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        double y = a < SERIES_LIMIT ? series(a) : a < ONE_FROM ? 1 - Math.exp(-a * a) * fraction(a) : 1;
        return Math.copySign(y, x);
    }

    /** 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1)): all terms positive, so nothing cancels. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
    }

    /** erfc(x) exp(x^2) by its continued fraction 1/sqrt(pi) 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))). */
    private static double fraction(double x) {
        double f = x;
        for (int n = 60; n >= 1; n--) {
            f = x + n / 2.0 / f;
        }
        return TWO_OVER_SQRT_PI / 2 / f;
    }
}
