package dev.swath.kernels.vector;

/** Functions in double precision that the tests compare with. */
final class References {
    private References() {}

    /** x Phi(x). */
    static double gelu(double x) {
        return x * normal(x);
    }

    /** Phi(x) + x phi(x). */
    static double geluSlope(double x) {
        return normal(x) + x * density(x);
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /**
     * The normal distribution: phi(x) (x + x^3/3 + x^5/15 + ...) from the middle, and Laplace's continued fraction in the
     * tail, so that small probabilities keep their digits.
     */
    static double normal(double x) {
        double a = Math.abs(x);
        double tail;
        if (a < 3) {
            double term = a;
            double sum = a;
            for (int n = 1; term > 1e-20 * sum; n++) {
                term *= a * a / (2 * n + 1);
                sum += term;
            }
            tail = 0.5 - density(a) * sum;
        } else {
            double f = a;
            for (int n = 300; n >= 1; n--) {
                f = a + n / f;
            }
            tail = density(a) / f;
        }
        return x < 0 ? tail : 1 - tail;
    }
}
