package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** Surfaces and plants. */
final class GroundPainter {
    /** Distance between the joints of concrete. */
    private static final double JOINTS = 11;

    private GroundPainter() {}

    static void tree(Brush b, SceneObject o, Shape outline) {
        double d = o.pose().length();
        int body = o.look().body();
        b.fill(Colours.shade(body, 0.72), outline);
        double lx = 0.16 * d * b.lit(1, 0);
        double ly = 0.16 * d * b.lit(0, 1);
        b.fill(body, Shapes.moved(Shapes.blob(0.72 * d, 0.72 * d, o.look().variant() + 1), 0.6 * lx, 0.6 * ly));
        b.fill(
                Colours.shade(body, 1.3),
                Shapes.moved(Shapes.blob(0.36 * d, 0.36 * d, o.look().variant() + 2), lx, ly));
    }

    static void lawn(Brush b, SceneObject o, Shape outline) {
        b.fill(o.look().body(), outline);
        Dice dice = new Dice(o.look().variant());
        b.inside(outline, () -> {
            Rectangle2D box = outline.getBounds2D();
            double patch = 0.3 * Math.min(box.getWidth(), box.getHeight());
            for (int i = 0; i < 5; i++) {
                double x = box.getX() + dice.range(0, box.getWidth());
                double y = box.getY() + dice.range(0, box.getHeight());
                Shape spot = Shapes.blob(dice.range(0.6, 1.5) * patch, dice.range(0.5, 1.2) * patch, dice.variant());
                b.fill(Colours.shade(o.look().body(), dice.range(0.86, 1.16)), 0.6, Shapes.moved(spot, x, y));
            }
        });
    }

    static void field(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        b.fill(o.look().body(), outline);
        Path2D rows = new Path2D.Double();
        for (double y = -w / 2 + 1.2; y < w / 2 - 0.6; y += 2.4) {
            rows.append(Shapes.box(0, y, l, 0.9), false);
        }
        b.fill(o.look().accent(), rows);
        b.draw(Colours.shade(o.look().body(), 0.8), 0.6, outline);
    }

    static void lot(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        b.fill(o.look().body(), Shapes.box(l, w));
        b.draw(Colours.shade(o.look().body(), 1.45), 0.5, Shapes.box(l - 0.5, w - 0.5));
        for (double x = -l / 2 + 3.3; x < l / 2 - 1; x += 6.6) {
            b.line(Colours.PAINT, 0.4, x, -w / 2 + 0.8, x, -w / 2 + 8.5);
            if (w > 20) {
                b.line(Colours.PAINT, 0.4, x, w / 2 - 0.8, x, w / 2 - 8.5);
            }
        }
    }

    static void tarmac(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        b.fill(o.look().body(), Shapes.box(l, w));
        Path2D joints = new Path2D.Double(Path2D.WIND_NON_ZERO);
        for (double x = -l / 2; x < l / 2; x += JOINTS) {
            joints.append(Shapes.box(x, 0, 0.35, w), false);
        }
        for (double y = -w / 2; y < w / 2; y += JOINTS) {
            joints.append(Shapes.box(0, y, l, 0.35), false);
        }
        b.fill(Colours.shade(o.look().body(), 0.9), joints);
        b.line(0xD8B640, 0.5, -l / 2, -0.3 * w, l / 2, -0.3 * w);
        b.line(0xD8B640, 0.5, -l / 2, 0.3 * w, l / 2, 0.3 * w);
    }

    static void water(Brush b, SceneObject o, Shape outline) {
        b.draw(o.look().accent(), 2.4, outline);
        b.fill(o.look().body(), outline);
        b.draw(Colours.shade(o.look().body(), 1.14), 0.9, outline);
    }

    static void rail(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        b.fill(0x7C7368, Shapes.box(l, w));
        Path2D ties = new Path2D.Double();
        Path2D rails = new Path2D.Double();
        for (double y : new double[] {-0.3, 0.02, 0.34}) {
            for (double x = -l / 2; x < l / 2; x += 1.6) {
                ties.append(Shapes.box(x, y * w, 0.7, 0.16 * w), false);
            }
            rails.append(Shapes.box(0, (y - 0.04) * w, l, 0.025 * w), false);
            rails.append(Shapes.box(0, (y + 0.04) * w, l, 0.025 * w), false);
        }
        b.fill(0x5A5148, ties);
        b.fill(0x34302D, rails);
    }
}
