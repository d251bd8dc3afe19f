package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.Arc2D;

/** Courts, fields and stadiums. */
final class SportsPainter {
    private SportsPainter() {}

    static void basketball(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        double pen = Math.max(0.5, 0.04 * w);
        b.fill(o.look().body(), Shapes.box(l, w));
        for (int side = -1; side <= 1; side += 2) {
            Shape key = Shapes.box(side * 0.37 * l, 0, 0.2 * l, 0.36 * w);
            b.fill(o.look().accent(), key);
            b.draw(Colours.PAINT, pen, key);
            b.draw(
                    Colours.PAINT,
                    pen,
                    new Arc2D.Double(
                            side * 0.42 * l - 0.2 * l,
                            -0.4 * w,
                            0.4 * l,
                            0.8 * w,
                            side > 0 ? 90 : -90,
                            180,
                            Arc2D.OPEN));
        }
        b.line(Colours.PAINT, pen, 0, -0.46 * w, 0, 0.46 * w);
        b.fill(o.look().accent(), Shapes.oval(0, 0, 0.24 * w, 0.24 * w));
        b.draw(Colours.PAINT, pen, Shapes.oval(0, 0, 0.28 * w, 0.28 * w));
        b.draw(Colours.PAINT, pen, Shapes.box(0.94 * l, 0.9 * w));
    }

    static void tennis(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        double pen = Math.max(0.45, 0.04 * w);
        b.fill(o.look().accent(), Shapes.box(l, w));
        double il = 0.74 * l;
        double iw = 0.62 * w;
        b.fill(o.look().body(), Shapes.box(il, iw));
        b.draw(Colours.PAINT, pen, Shapes.box(il, iw));
        b.line(Colours.PAINT, pen, -il / 2, -0.34 * iw, il / 2, -0.34 * iw);
        b.line(Colours.PAINT, pen, -il / 2, 0.34 * iw, il / 2, 0.34 * iw);
        b.line(Colours.PAINT, pen, -0.27 * il, -0.34 * iw, -0.27 * il, 0.34 * iw);
        b.line(Colours.PAINT, pen, 0.27 * il, -0.34 * iw, 0.27 * il, 0.34 * iw);
        b.line(Colours.PAINT, pen, -0.27 * il, 0, 0.27 * il, 0);
        b.line(0x20242A, 1.2 * pen, 0, -0.6 * iw, 0, 0.6 * iw);
    }

    static void baseball(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double r = Outlines.FAN * l;
        double home = -0.45 * l;
        int grass = o.look().body();
        int dirt = o.words().colour().equals("orange")
                ? Colours.shade(o.look().accent(), 0.8)
                : o.look().accent();
        b.fill(dirt, outline);
        b.inside(outline, () -> {
            b.fill(grass, Shapes.oval(home, 0, 1.84 * r, 1.84 * r));
            b.fill(dirt, Shapes.oval(home + 0.26 * r, 0, 0.76 * r, 0.76 * r));
            b.fill(dirt, Shapes.polygon(home, 0, home + 0.4 * r, 0.36 * r, home + 0.4 * r, -0.36 * r));
            Shape diamond = Shapes.turned(Shapes.box(0.26 * r, 0.26 * r), Math.PI / 4);
            b.fill(
                    o.words().colour().equals("orange") ? Colours.shade(dirt, 1.1) : Colours.shade(grass, 1.05),
                    Shapes.moved(diamond, home + 0.27 * r, 0));
            b.fill(dirt, Shapes.oval(home + 0.27 * r, 0, 0.08 * r, 0.08 * r));
            double c = Math.cos(Math.toRadians(40));
            double s = Math.sin(Math.toRadians(40));
            b.line(Colours.PAINT, 0.5, home, 0, home + 0.98 * r * c, 0.98 * r * s);
            b.line(Colours.PAINT, 0.5, home, 0, home + 0.98 * r * c, -0.98 * r * s);
        });
    }

    static void track(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        b.fill(o.look().body(), Shapes.round(l, w, w));
        for (double at : new double[] {0.055, 0.11, 0.165}) {
            double in = 2 * at * w;
            b.draw(Colours.mix(o.look().body(), Colours.PAINT, 0.75), 0.022 * w, Shapes.round(l - in, w - in, w - in));
        }
        pitch(b, l - 0.46 * w, 0.54 * w, 0.5 * w, o.look().accent());
    }

    static void stadium(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        double arc = o.look().variant() % 2 == 0 ? 1 : 0.7;
        int body = o.look().body();
        b.fill(body, outline);
        for (int i = 1; i <= 4; i++) {
            double in = 0.075 * i * w;
            Shape ring = Shapes.round(l - in, w - in, arc * (w - in));
            b.draw(i % 2 == 0 ? Colours.shade(body, 0.72) : Colours.shade(body, 1.15), 0.03 * w, ring);
        }
        for (int i = 0; i < 16; i++) {
            double a = 2 * Math.PI * i / 16;
            b.line(
                    Colours.shade(body, 0.62),
                    0.02 * w,
                    0.36 * l * Math.cos(a),
                    0.36 * w * Math.sin(a),
                    0.47 * l * Math.cos(a),
                    0.47 * w * Math.sin(a));
        }
        b.draw(Colours.shade(body, 1.25), 0.035 * w, Shapes.round(0.97 * l, 0.97 * w, 0.97 * arc * w));
        Shape inner = Shapes.round(l - 0.38 * w, 0.62 * w, 0.62 * arc * w);
        b.fill(0x7C6E5C, inner);
        pitch(b, 0.8 * (l - 0.38 * w), 0.46 * w, 0.04 * w, o.look().accent());
    }

    private static void pitch(Brush b, double l, double w, double arc, int green) {
        Shape lawn = Shapes.round(l, w, arc);
        b.fill(green, lawn);
        b.inside(lawn, () -> {
            for (int i = 0; i < 6; i += 2) {
                b.fill(Colours.shade(green, 1.12), Shapes.box(l * (-0.5 + (i + 0.5) / 6), 0, l / 6, w));
            }
        });
        double pen = Math.max(0.35, 0.035 * w);
        b.draw(Colours.PAINT, pen, Shapes.box(0.82 * l, 0.8 * w));
        b.line(Colours.PAINT, pen, 0, -0.4 * w, 0, 0.4 * w);
        b.draw(Colours.PAINT, pen, Shapes.oval(0, 0, 0.34 * w, 0.34 * w));
    }

    static void golf(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        Dice dice = new Dice(o.look().variant());
        int green = o.look().body();
        b.fill(Colours.shade(green, 0.78), outline);
        b.inside(outline, () -> {
            for (int i = 0; i < 4; i++) {
                double x = l * (-0.33 + 0.22 * i);
                double y = w * dice.range(-0.2, 0.2);
                Shape fairway = Shapes.turned(Shapes.blob(0.34 * l, 0.3 * w, dice.variant()), dice.range(0, 3));
                b.fill(Colours.shade(green, 1.18), Shapes.moved(fairway, x, y));
                b.fill(Colours.shade(green, 1.42), Shapes.oval(x + 0.05 * l, y, 0.09 * l, 0.12 * w));
                b.fill(
                        0xEBDDB0,
                        Shapes.moved(Shapes.blob(0.1 * l, 0.11 * w, dice.variant()), x - 0.04 * l, y + 0.13 * w));
                b.fill(
                        0xEBDDB0,
                        Shapes.moved(Shapes.blob(0.08 * l, 0.09 * w, dice.variant()), x + 0.08 * l, y - 0.12 * w));
            }
            b.fill(
                    0x3E6F8F,
                    Shapes.moved(Shapes.blob(0.2 * l, 0.16 * w, dice.variant()), dice.range(-0.2, 0.2) * l, 0.3 * w));
        });
    }
}
