package dev.swath.fianet.synth;

import java.awt.Shape;
import java.util.ArrayList;
import java.util.List;

/** Collects a scene's objects and keeps them apart. */
final class Plot {
    /**
     * A rectangle that is taken.
     *
     * @param x of the middle
     * @param y of the middle
     * @param angle of its length
     * @param length with its margin
     * @param width with its margin
     */
    record Box(double x, double y, double angle, double length, double width) {
        Box grown(double margin) {
            return new Box(x, y, angle, length + 2 * margin, width + 2 * margin);
        }

        static Box of(SceneObject.Pose p) {
            return new Box(p.x(), p.y(), p.angle(), p.length(), p.width());
        }

        private double reach(double ux, double uy) {
            double c = Math.cos(angle);
            double s = Math.sin(angle);
            return Math.abs(c * ux + s * uy) * length / 2 + Math.abs(-s * ux + c * uy) * width / 2;
        }

        /** Whether the two overlap: no axis of either separates them. */
        boolean overlaps(Box o) {
            double dx = o.x - x;
            double dy = o.y - y;
            for (double a : new double[] {angle, angle + Math.PI / 2, o.angle, o.angle + Math.PI / 2}) {
                double ux = Math.cos(a);
                double uy = Math.sin(a);
                if (Math.abs(dx * ux + dy * uy) >= reach(ux, uy) + o.reach(ux, uy)) {
                    return false;
                }
            }
            return true;
        }

        /** Whether points on a grid over the rectangle satisfy the condition: all of them, or at least one. */
        boolean grid(Shape shape, boolean all) {
            int nx = Math.max(2, (int) Math.ceil(length / 2.5));
            int ny = Math.max(2, (int) Math.ceil(width / 2.5));
            double c = Math.cos(angle);
            double s = Math.sin(angle);
            for (int i = 0; i <= nx; i++) {
                for (int j = 0; j <= ny; j++) {
                    double u = length * ((double) i / nx - 0.5);
                    double v = width * ((double) j / ny - 0.5);
                    if (shape.contains(x + c * u - s * v, y + s * u + c * v) != all) {
                        return !all;
                    }
                }
            }
            return all;
        }
    }

    private final List<SceneObject> objects = new ArrayList<>();
    private final List<Box> taken = new ArrayList<>();
    private final List<Shape> barred = new ArrayList<>();

    List<SceneObject> objects() {
        return objects;
    }

    /** Adds on top of all so far; returns its number. */
    int add(SceneObject o) {
        objects.add(o);
        return objects.size() - 1;
    }

    /** Adds a surface whose outline is already in the frame's coordinates; returns its number. */
    int surface(Kind kind, Shape outline, int body, int accent, int parent) {
        return add(new SceneObject(
                kind,
                new SceneObject.Pose(0, 0, 0, kind.length(), kind.width()),
                SceneObject.Words.NONE,
                new SceneObject.Look(body, accent, 0, objects.size() * 7919),
                outline,
                parent));
    }

    /** An object of this pose, not yet added. */
    static SceneObject object(
            Kind kind, SceneObject.Pose pose, SceneObject.Words words, SceneObject.Look look, int parent) {
        Shape local = Outlines.of(kind, pose.length(), pose.width(), words.shape(), look.variant());
        return new SceneObject(kind, pose, words, look, pose.toFrame().createTransformedShape(local), parent);
    }

    /** Nothing may be placed into the shape from now on. */
    void bar(Shape shape) {
        barred.add(shape);
    }

    void take(Box box) {
        taken.add(box);
    }

    boolean free(Box box) {
        for (Box t : taken) {
            if (t.overlaps(box)) {
                return false;
            }
        }
        for (Shape s : barred) {
            if (box.grid(s, false)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is clear of what is taken, surfaces aside. */
    boolean apart(Box box) {
        for (Box t : taken) {
            if (t.overlaps(box)) {
                return false;
            }
        }
        return true;
    }
}
