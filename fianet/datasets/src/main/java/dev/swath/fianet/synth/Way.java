package dev.swath.fianet.synth;

import java.awt.geom.Path2D;

/**
 * A centre line across the frame, straight or an arc.
 *
 * @param x a point on it
 * @param y of that point
 * @param angle its direction there, radians
 * @param curvature change of direction a unit of length; 0 is straight
 */
record Way(double x, double y, double angle, double curvature) {
    /** Length on either side of the point that covers the frame. */
    static final double REACH = 110;

    private static final double STEP = 3;

    double angleAt(double s) {
        return angle + curvature * s;
    }

    /** x of the point {@code s} along the way and {@code d} to its right. */
    double xAt(double s, double d) {
        double along =
                curvature == 0 ? s * Math.cos(angle) : (Math.sin(angle + curvature * s) - Math.sin(angle)) / curvature;
        return x + along - d * Math.sin(angleAt(s));
    }

    /** y of the point {@code s} along the way and {@code d} to its right. */
    double yAt(double s, double d) {
        double along =
                curvature == 0 ? s * Math.sin(angle) : (Math.cos(angle) - Math.cos(angle + curvature * s)) / curvature;
        return y + along + d * Math.cos(angleAt(s));
    }

    /** The strip between two distances to the right of the way. */
    Path2D strip(double from, double to, double d1, double d2) {
        int n = curvature == 0 ? 1 : Math.max(1, (int) Math.ceil((to - from) / STEP));
        double[] xy = new double[4 * (n + 1)];
        for (int i = 0; i <= n; i++) {
            double s = from + (to - from) * i / n;
            xy[2 * i] = xAt(s, d1);
            xy[2 * i + 1] = yAt(s, d1);
            xy[4 * n + 2 - 2 * i] = xAt(s, d2);
            xy[4 * n + 3 - 2 * i] = yAt(s, d2);
        }
        return Shapes.polygon(xy);
    }

    Path2D strip(double d1, double d2) {
        return strip(-REACH, REACH, d1, d2);
    }

    /** Dashes along the way at a distance to its right. */
    Path2D dashes(double d, double width, double on, double off) {
        Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
        for (double s = -REACH; s < REACH; s += on + off) {
            path.append(strip(s, s + on, d - width / 2, d + width / 2), false);
        }
        return path;
    }

    /** Distance of a point from the way, by looking along it. */
    double distance(double px, double py) {
        double best = Double.MAX_VALUE;
        for (double s = -REACH; s <= REACH; s += 1) {
            best = Math.min(best, Math.hypot(xAt(s, 0) - px, yAt(s, 0) - py));
        }
        return best;
    }
}
