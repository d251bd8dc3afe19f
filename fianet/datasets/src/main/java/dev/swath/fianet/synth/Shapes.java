package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Plane shapes around the origin. */
final class Shapes {
    private static final double FLATNESS = 0.15;

    private Shapes() {}

    static Rectangle2D box(double length, double width) {
        return new Rectangle2D.Double(-length / 2, -width / 2, length, width);
    }

    static Rectangle2D box(double x, double y, double length, double width) {
        return new Rectangle2D.Double(x - length / 2, y - width / 2, length, width);
    }

    static RoundRectangle2D round(double length, double width, double arc) {
        return new RoundRectangle2D.Double(-length / 2, -width / 2, length, width, arc, arc);
    }

    static RoundRectangle2D round(double x, double y, double length, double width, double arc) {
        return new RoundRectangle2D.Double(x - length / 2, y - width / 2, length, width, arc, arc);
    }

    static Ellipse2D oval(double x, double y, double length, double width) {
        return new Ellipse2D.Double(x - length / 2, y - width / 2, length, width);
    }

    /** A closed polygon: x, y, x, y, ... in any order of turning; it comes out turning one way. */
    static Path2D polygon(double... xy) {
        double area = 0;
        for (int i = 0; i < xy.length; i += 2) {
            int j = (i + 2) % xy.length;
            area += xy[i] * xy[j + 1] - xy[j] * xy[i + 1];
        }
        Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
        int n = xy.length / 2;
        for (int k = 0; k < n; k++) {
            int i = 2 * (area > 0 ? k : n - 1 - k);
            if (k == 0) {
                path.moveTo(xy[i], xy[i + 1]);
            } else {
                path.lineTo(xy[i], xy[i + 1]);
            }
        }
        path.closePath();
        return path;
    }

    /** All points of any of the parts; the parts must turn the same way, as those of this class do. */
    static Path2D union(Shape... parts) {
        Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
        for (Shape part : parts) {
            path.append(part, false);
        }
        return path;
    }

    /** A closed soft curve whose radius goes up and down around an ellipse. */
    static Path2D blob(double length, double width, int variant) {
        Dice dice = new Dice(variant);
        int n = 9;
        double[] x = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            double a = 2 * Math.PI * (i + dice.range(-0.2, 0.2)) / n;
            double r = dice.range(0.74, 1);
            x[i] = r * length / 2 * Math.cos(a);
            y[i] = r * width / 2 * Math.sin(a);
        }
        Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
        path.moveTo((x[n - 1] + x[0]) / 2, (y[n - 1] + y[0]) / 2);
        for (int i = 0; i < n; i++) {
            int next = (i + 1) % n;
            path.quadTo(x[i], y[i], (x[i] + x[next]) / 2, (y[i] + y[next]) / 2);
        }
        path.closePath();
        return path;
    }

    static Shape moved(Shape shape, double dx, double dy) {
        return AffineTransform.getTranslateInstance(dx, dy).createTransformedShape(shape);
    }

    static Shape turned(Shape shape, double angle) {
        return AffineTransform.getRotateInstance(angle).createTransformedShape(shape);
    }

    /** Corners of the flattened outline: x, y each. */
    static List<double[]> points(Shape shape) {
        List<double[]> out = new ArrayList<>();
        double[] c = new double[6];
        for (PathIterator it = shape.getPathIterator(null, FLATNESS); !it.isDone(); it.next()) {
            if (it.currentSegment(c) != PathIterator.SEG_CLOSE) {
                out.add(new double[] {c[0], c[1]});
            }
        }
        return out;
    }

    /** The smallest convex shape around both. */
    static Path2D hull(List<double[]> points) {
        List<double[]> sorted = new ArrayList<>(points);
        sorted.sort((a, b) -> a[0] != b[0] ? Double.compare(a[0], b[0]) : Double.compare(a[1], b[1]));
        double[][] hull = new double[2 * sorted.size() + 1][];
        int n = 0;
        for (int pass = 0; pass < 2; pass++) {
            int floor = n;
            for (int k = 0; k < sorted.size(); k++) {
                double[] p = sorted.get(pass == 0 ? k : sorted.size() - 1 - k);
                while (n >= floor + 2 && cross(hull[n - 2], hull[n - 1], p) <= 0) {
                    n--;
                }
                hull[n++] = p;
            }
            n--;
        }
        double[] xy = new double[2 * n];
        for (int i = 0; i < n; i++) {
            xy[2 * i] = hull[i][0];
            xy[2 * i + 1] = hull[i][1];
        }
        return polygon(xy);
    }

    private static double cross(double[] o, double[] a, double[] b) {
        return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
    }
}
