package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.Line2D;

/** Buildings, tanks, chimneys and what else stands on land. */
final class StructurePainter {
    private StructurePainter() {}

    static void building(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int roof = o.look().body();
        boolean gable = o.look().variant() % 4 >= 2;
        b.fill(roof, outline);
        if (gable) {
            b.fill(Colours.shade(roof, 1 + 0.2 * b.lit(0, -1)), Shapes.box(0, -w / 4, l, w / 2));
            b.fill(Colours.shade(roof, 1 + 0.2 * b.lit(0, 1)), Shapes.box(0, w / 4, l, w / 2));
            b.line(Colours.shade(roof, 0.65), 0.5, -l / 2, 0, l / 2, 0);
            for (int i = 1; i < 6; i++) {
                double x = l * (-0.5 + i / 6.0);
                b.line(Colours.shade(roof, 0.86), 0.25, x, -w / 2, x, w / 2);
            }
            b.fill(0x5A4A44, Shapes.box(0.28 * l, -0.18 * w, 0.09 * l, 0.12 * w));
        } else {
            b.draw(Colours.shade(roof, 1.2), 0.9, outline);
            b.draw(Colours.shade(roof, 0.72), 0.35, outline);
            Dice dice = new Dice(o.look().variant());
            for (int i = 0; i < 4; i++) {
                Shape unit = Shapes.box(l * (-0.38 + 0.17 * i), w * dice.range(-0.35, -0.08), 0.08 * l, 0.12 * w);
                b.fill(Colours.shade(roof, i % 2 == 0 ? 0.7 : 1.3), unit);
            }
        }
    }

    static void tank(Brush b, SceneObject o) {
        double d = o.pose().length();
        int body = o.look().body();
        b.fill(Colours.shade(body, 0.66), Shapes.oval(0, 0, d, d));
        b.fill(body, Shapes.oval(0, 0, 0.88 * d, 0.88 * d));
        double lx = 0.12 * d * b.lit(1, 0);
        double ly = 0.12 * d * b.lit(0, 1);
        b.fill(Colours.shade(body, 1.12), Shapes.oval(lx, ly, 0.56 * d, 0.56 * d));
        b.draw(Colours.shade(body, 0.72), 0.03 * d, Shapes.oval(0, 0, 0.86 * d, 0.86 * d));
        b.line(Colours.shade(body, 0.6), 0.04 * d, 0, 0, 0.42 * d, 0);
        b.fill(Colours.shade(body, 0.55), Shapes.oval(0, 0, 0.13 * d, 0.13 * d));
    }

    static void chimney(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int body = o.look().body();
        int accent = o.look().accent();
        b.fill(body, outline);
        b.inside(outline, () -> {
            if (accent != body) {
                for (int i = 0; i < 3; i++) {
                    b.fill(accent, Shapes.box(l * (-0.22 + 0.27 * i), 0, 0.135 * l, w));
                }
            }
            double side = b.lit(0, 1) > 0 ? -1 : 1;
            b.fill(0x000000, 0.22, Shapes.box(0, side * 0.3 * w, l, 0.42 * w));
            b.fill(0xFFFFFF, 0.18, Shapes.box(0, -side * 0.14 * w, l, 0.14 * w));
        });
        double top = o.words().shape().isEmpty() ? 0.58 * w : 0.42 * w;
        b.fill(0xD8D4CC, Shapes.oval(l / 2 - top / 2, 0, top, top));
        b.fill(0x241F1C, Shapes.oval(l / 2 - top / 2, 0, 0.66 * top, 0.66 * top));
        b.draw(0x5B5650, 0.35, outline);
    }

    static void windmill(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        b.fill(o.look().body(), outline);
        b.fill(
                Colours.shade(o.look().body(), 0.72),
                Shapes.polygon(-l / 2, 0, 0.1 * l, 0, 0.1 * l, 0.03 * l, -l / 2, 0.055 * l));
        b.fill(0x55595E, Shapes.oval(0.14 * l, 0, 0.06 * l, 0.06 * l));
    }

    static void trainStation(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        int roof = o.look().body();
        b.fill(0xA39C90, Shapes.box(l, w));
        for (double y : new double[] {-0.12, 0.16, 0.44}) {
            b.fill(0x6D6459, Shapes.box(0, y * w, l, 0.1 * w));
            b.line(0x35312E, 0.02 * w, -l / 2, (y - 0.025) * w, l / 2, (y - 0.025) * w);
            b.line(0x35312E, 0.02 * w, -l / 2, (y + 0.025) * w, l / 2, (y + 0.025) * w);
        }
        for (double y : new double[] {0.02, 0.3}) {
            Shape platform = Shapes.box(0, y * w, 0.94 * l, 0.15 * w);
            b.fill(roof, platform);
            b.fill(Colours.shade(roof, 1.2), Shapes.box(0, (y - 0.04) * w, 0.94 * l, 0.04 * w));
            for (int i = 1; i < 8; i++) {
                double x = 0.94 * l * (-0.5 + i / 8.0);
                b.line(Colours.shade(roof, 0.75), 0.3, x, (y - 0.075) * w, x, (y + 0.075) * w);
            }
        }
        Shape hall = Shapes.box(0, -0.35 * w, 0.66 * l, 0.26 * w);
        b.fill(Colours.shade(roof, 0.9), hall);
        b.fill(Colours.shade(roof, 1.15), Shapes.box(0, -0.42 * w, 0.66 * l, 0.1 * w));
        b.draw(Colours.shade(roof, 0.6), 0.4, hall);
        b.fill(Colours.PAINT, Shapes.box(0, -0.35 * w, 0.12 * l, 0.26 * w));
    }

    static void serviceArea(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int roof = o.look().body();
        Dice dice = new Dice(o.look().variant());
        b.fill(0x7B7C7E, outline);
        b.draw(0xC9C6BC, 0.7, outline);
        Shape hall = Shapes.box(0, -0.25 * w, 0.52 * l, 0.3 * w);
        b.fill(0x3A3D40, 0.6, Shapes.box(0.01 * l, -0.22 * w, 0.53 * l, 0.32 * w));
        b.fill(roof, hall);
        b.fill(Colours.shade(roof, 1.2), Shapes.box(0, -0.33 * w, 0.52 * l, 0.12 * w));
        b.draw(Colours.shade(roof, 0.62), 0.4, hall);
        b.fill(Colours.PAINT, Shapes.box(0.37 * l, 0.02 * w, 0.13 * l, 0.3 * w));
        b.fill(roof, Shapes.box(0.37 * l, 0.02 * w, 0.09 * l, 0.22 * w));
        for (int row = 0; row < 2; row++) {
            double y = w * (0.14 + 0.22 * row);
            for (int i = 0; i < 9; i++) {
                double x = l * (-0.42 + 0.075 * i);
                b.line(Colours.PAINT, 0.25, x, y - 0.08 * w, x, y + 0.08 * w);
                if (dice.chance(0.7)) {
                    int car = dice.pick(new int[] {0xE6E6E2, 0x8A2A2A, 0x2B4A86, 0x2A2C30, 0xA6A8AA});
                    b.fill(car, Shapes.box(x + 0.037 * l, y, 0.042 * l, 0.13 * w));
                }
            }
        }
    }

    static void airport(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int body = o.look().body();
        b.fill(Colours.mix(body, Colours.CONCRETE, 0.75), outline);
        b.fill(Colours.shade(body, 0.6), Shapes.box(0, -0.4 * w, l, 0.19 * w));
        b.dashes(
                Colours.PAINT, 0.025 * w, 0.05 * l, 0.03 * l, new Line2D.Double(-0.4 * l, -0.4 * w, 0.4 * l, -0.4 * w));
        for (int side = -1; side <= 1; side += 2) {
            for (int i = 0; i < 4; i++) {
                b.line(
                        Colours.PAINT,
                        0.02 * w,
                        side * 0.44 * l,
                        w * (-0.46 + 0.04 * i),
                        side * 0.48 * l,
                        w * (-0.46 + 0.04 * i));
            }
        }
        b.fill(Colours.shade(body, 0.85), Shapes.box(0, -0.1 * w, 0.9 * l, 0.11 * w));
        b.line(0xE9C42D, 0.014 * w, -0.45 * l, -0.1 * w, 0.45 * l, -0.1 * w);
        Shape terminal = Shapes.union(
                Shapes.box(0.02 * l, 0.44 * w, 0.5 * l, 0.11 * w),
                Shapes.box(-0.12 * l, 0.36 * w, 0.05 * l, 0.18 * w),
                Shapes.box(0.16 * l, 0.36 * w, 0.05 * l, 0.18 * w));
        b.fill(0x3A3D40, 0.5, Shapes.moved(terminal, 0.01 * l, 0.02 * w));
        b.fill(o.look().accent(), terminal);
        b.draw(Colours.shade(o.look().accent(), 0.7), 0.3, terminal);
        for (double x : new double[] {-0.2, -0.05, 0.08, 0.24}) {
            Shape plane = Outlines.of(Kind.AIRPLANE, 0.085 * l, 0.08 * l, "", 0);
            b.fill(0xF4F4F2, Shapes.moved(Shapes.turned(plane, Math.PI / 2), x * l, 0.22 * w));
        }
    }
}
