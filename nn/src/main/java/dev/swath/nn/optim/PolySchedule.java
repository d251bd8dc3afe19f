package dev.swath.nn.optim;

/**
 * The learning rate of step s, from 0: base (1 - s / totalSteps)^power.
 *
 * @param base of the first step
 * @param totalSteps when it reaches zero
 * @param power 1 is a straight line
 */
public record PolySchedule(double base, long totalSteps, double power) {
    /** Checks. */
    public PolySchedule {
        if (!(base >= 0) || totalSteps < 1 || !(power > 0)) {
            throw new IllegalArgumentException(
                    "[optim] the learning rate must not be negative, the steps and the power be positive; got base "
                            + base + ", " + totalSteps + " steps, power " + power);
        }
    }

    /** With the published power 0.9. */
    public static PolySchedule published(double base, long totalSteps) {
        return new PolySchedule(base, totalSteps, 0.9);
    }

    /** The learning rate of step number {@code step}, from 0; zero once the schedule has ended. */
    public double at(long step) {
        return step >= totalSteps ? 0 : base * Math.pow(1 - (double) step / totalSteps, power);
    }
}
