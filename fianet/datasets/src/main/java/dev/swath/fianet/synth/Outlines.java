package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.Arc2D;
import java.awt.geom.Path2D;

/** The shape on the ground of each kind of object, in its own coordinates: middle at the origin, long side along x. */
final class Outlines {
    /** Share of a baseball field's length that its radius has. */
    static final double FAN = 0.86;

    private Outlines() {}

    /** The outline of a thing {@code l} long and {@code w} wide; {@code shape} is the word for its form, if any. */
    static Shape of(Kind kind, double l, double w, String shape, int variant) {
        return switch (kind) {
            case AIRPLANE -> airplane(l, w);
            case AIRPORT -> airport(l, w);
            case GOLF_FIELD -> Shapes.blob(l, w, variant);
            case SERVICE_AREA -> Shapes.round(l, w, 0.25 * w);
            case TOLL_STATION ->
                Shapes.polygon(
                        -l / 2, -0.3 * w, -0.22 * l, -w / 2, 0.22 * l, -w / 2, l / 2, -0.3 * w, l / 2, 0.3 * w,
                        0.22 * l, w / 2, -0.22 * l, w / 2, -l / 2, 0.3 * w);
            case BASEBALL_FIELD ->
                new Arc2D.Double(-0.45 * l - FAN * l, -FAN * l, 2 * FAN * l, 2 * FAN * l, -42, 84, Arc2D.PIE);
            case STADIUM -> Shapes.round(l, w, variant % 2 == 0 ? w : 0.7 * w);
            case TRACK_FIELD -> Shapes.round(l, w, w);
            case STORAGE_TANK, TREE -> kind == Kind.TREE ? Shapes.blob(l, w, variant) : Shapes.oval(0, 0, l, w);
            case CHIMNEY -> chimney(l, w, shape);
            case SHIP -> ship(l, w);
            case HARBOR -> harbor(l, w, 3 + variant % 2);
            case WINDMILL -> windmill(l, w, variant);
            case CAR -> Shapes.round(l, w, 0.6 * w);
            case VAN, BUS -> Shapes.round(l, w, 0.3 * w);
            case TRUCK ->
                Shapes.union(Shapes.box(-0.13 * l, 0, 0.74 * l, w), Shapes.box(0.38 * l, 0, 0.24 * l, 0.86 * w));
            case TRAILER ->
                Shapes.union(Shapes.box(-0.06 * l, 0, 0.88 * l, w), Shapes.box(0.42 * l, 0, 0.16 * l, 0.24 * w));
            case BUILDING -> building(l, w, variant);
            case LOW_VEGETATION ->
                variant % 3 == 0 ? Shapes.round(l, w, 0.3 * w) : Shapes.blob(1.1 * l, 1.1 * w, variant);
            default -> Shapes.box(l, w);
        };
    }

    private static Path2D airplane(double l, double w) {
        return Shapes.union(
                Shapes.round(l, 0.14 * l, 0.14 * l),
                Shapes.polygon(
                        0.16 * l, 0, -0.1 * l, w / 2, -0.19 * l, w / 2, -0.08 * l, 0, -0.19 * l, -w / 2, -0.1 * l,
                        -w / 2),
                Shapes.polygon(
                        -0.33 * l, 0, -0.44 * l, 0.2 * w, -0.5 * l, 0.2 * w, -0.46 * l, 0, -0.5 * l, -0.2 * w,
                        -0.44 * l, -0.2 * w));
    }

    private static Path2D airport(double l, double w) {
        return Shapes.union(
                Shapes.box(0, -0.4 * w, l, 0.19 * w),
                Shapes.box(0, -0.1 * w, 0.9 * l, 0.11 * w),
                Shapes.box(-0.4 * l, -0.25 * w, 0.06 * l, 0.3 * w),
                Shapes.box(0.4 * l, -0.25 * w, 0.06 * l, 0.3 * w),
                Shapes.box(0, -0.25 * w, 0.05 * l, 0.3 * w),
                Shapes.box(-0.14 * l, 0.05 * w, 0.05 * l, 0.3 * w),
                Shapes.box(0.18 * l, 0.05 * w, 0.05 * l, 0.3 * w),
                Shapes.box(0.02 * l, 0.3 * w, 0.62 * l, 0.4 * w));
    }

    private static Path2D chimney(double l, double w, String shape) {
        double base = shape.isEmpty() ? 0.62 * w : w;
        double top = shape.isEmpty() ? 0.58 * w : 0.42 * w;
        return Shapes.union(
                Shapes.polygon(
                        -l / 2 + base / 2,
                        -base / 2,
                        l / 2 - top / 2,
                        -top / 2,
                        l / 2 - top / 2,
                        top / 2,
                        -l / 2 + base / 2,
                        base / 2),
                Shapes.oval(-l / 2 + base / 2, 0, base, base),
                Shapes.oval(l / 2 - top / 2, 0, top, top));
    }

    private static Path2D ship(double l, double w) {
        return Shapes.polygon(
                l / 2, 0, 0.4 * l, 0.28 * w, 0.24 * l, w / 2, -0.42 * l, w / 2, -l / 2, 0.3 * w, -l / 2, -0.3 * w,
                -0.42 * l, -w / 2, 0.24 * l, -w / 2, 0.4 * l, -0.28 * w);
    }

    /** The quay lies at the side of negative y, which is the shore. */
    private static Path2D harbor(double l, double w, int piers) {
        Path2D path = Shapes.union(Shapes.box(0, -0.36 * w, l, 0.28 * w));
        for (int i = 0; i < piers; i++) {
            double x = l * (-0.44 + 0.88 * i / (piers - 1));
            path.append(Shapes.box(x, 0.12 * w, 0.12 * l, 0.76 * w), false);
        }
        return path;
    }

    private static Path2D windmill(double l, double w, int variant) {
        double hub = 0.14 * l;
        double blade = Math.min(0.36 * l, w / 2);
        Path2D path = Shapes.union(
                Shapes.polygon(-l / 2, -0.055 * l, hub, -0.032 * l, hub, 0.032 * l, -l / 2, 0.055 * l),
                Shapes.oval(hub, 0, 0.12 * l, 0.12 * l));
        for (int i = 0; i < 3; i++) {
            double a = variant % 120 * Math.PI / 180 + i * 2 * Math.PI / 3;
            double c = Math.cos(a);
            double s = Math.sin(a);
            double t = 0.045 * l;
            path.append(
                    Shapes.polygon(
                            hub - s * t,
                            c * t,
                            hub + c * blade - s * t / 3,
                            s * blade + c * t / 3,
                            hub + c * blade + s * t / 3,
                            s * blade - c * t / 3,
                            hub + s * t,
                            -c * t),
                    false);
        }
        return path;
    }

    private static Shape building(double l, double w, int variant) {
        return switch (variant % 4) {
            case 0 ->
                Shapes.polygon(
                        -l / 2, -w / 2, l / 2, -w / 2, l / 2, 0.05 * w, 0.1 * l, 0.05 * w, 0.1 * l, w / 2, -l / 2,
                        w / 2);
            default -> Shapes.box(l, w);
        };
    }
}
