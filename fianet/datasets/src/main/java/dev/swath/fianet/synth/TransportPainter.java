package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.Line2D;

/** Vehicles, ships, aircraft, bridges and what traffic runs on. */
final class TransportPainter {
    private TransportPainter() {}

    static void vehicle(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int body = o.look().body();
        switch (o.kind()) {
            case CAR -> {
                b.fill(body, outline);
                b.fill(Colours.GLASS, Shapes.round(0.13 * l, 0, 0.17 * l, 0.78 * w, 0.2 * w));
                b.fill(Colours.GLASS, Shapes.round(-0.31 * l, 0, 0.11 * l, 0.74 * w, 0.2 * w));
                b.fill(Colours.shade(body, 1.15), Shapes.round(-0.1 * l, 0, 0.28 * l, 0.68 * w, 0.2 * w));
                b.draw(Colours.shade(body, 0.6), 0.25, outline);
            }
            case VAN -> {
                b.fill(body, outline);
                b.fill(Colours.GLASS, Shapes.round(0.34 * l, 0, 0.13 * l, 0.84 * w, 0.2 * w));
                b.fill(Colours.shade(body, 1.06), Shapes.box(-0.12 * l, 0, 0.7 * l, 0.78 * w));
                b.line(Colours.shade(body, 0.72), 0.3, -0.46 * l, -0.2 * w, 0.24 * l, -0.2 * w);
                b.line(Colours.shade(body, 0.72), 0.3, -0.46 * l, 0.2 * w, 0.24 * l, 0.2 * w);
                b.draw(Colours.shade(body, 0.6), 0.3, outline);
            }
            case TRUCK -> {
                b.fill(0x2A2C2E, outline);
                b.fill(o.look().accent(), Shapes.box(-0.15 * l, 0, 0.7 * l, w));
                b.fill(Colours.shade(o.look().accent(), 1.15), Shapes.box(-0.15 * l, -0.25 * w, 0.66 * l, 0.3 * w));
                b.fill(body, Shapes.box(0.37 * l, 0, 0.22 * l, 0.86 * w));
                b.fill(Colours.GLASS, Shapes.box(0.45 * l, 0, 0.07 * l, 0.74 * w));
            }
            case TRAILER -> {
                b.fill(0x3A3C3E, outline);
                b.fill(body, Shapes.box(-0.06 * l, 0, 0.88 * l, w));
                for (int i = 0; i < 8; i++) {
                    double x = l * (-0.46 + 0.105 * i);
                    b.line(Colours.shade(body, 0.78), 0.35, x, -w / 2, x, w / 2);
                }
                b.draw(Colours.shade(body, 0.6), 0.4, Shapes.box(-0.06 * l, 0, 0.86 * l, 0.96 * w));
            }
            default -> {
                b.fill(body, outline);
                b.line(Colours.GLASS, 0.12 * w, -0.44 * l, -0.4 * w, 0.42 * l, -0.4 * w);
                b.line(Colours.GLASS, 0.12 * w, -0.44 * l, 0.4 * w, 0.42 * l, 0.4 * w);
                b.fill(Colours.GLASS, Shapes.box(0.465 * l, 0, 0.05 * l, 0.8 * w));
                b.fill(0xF0EFEA, Shapes.box(0.18 * l, 0, 0.16 * l, 0.42 * w));
                b.fill(0xF0EFEA, Shapes.box(-0.22 * l, 0, 0.16 * l, 0.42 * w));
                b.draw(Colours.shade(body, 0.6), 0.3, outline);
            }
        }
    }

    static void airplane(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int body = o.look().body();
        b.fill(Colours.shade(body, 0.92), outline);
        b.fill(body, Shapes.round(0.99 * l, 0.13 * l, 0.13 * l));
        b.fill(Colours.shade(body, 1.15), Shapes.round(0.03 * l, -0.015 * l, 0.8 * l, 0.05 * l, 0.05 * l));
        for (int side = -1; side <= 1; side += 2) {
            b.fill(0x4A4E55, Shapes.round(0.03 * l, side * 0.2 * w, 0.1 * l, 0.035 * l, 0.03 * l));
        }
        b.fill(Colours.GLASS, Shapes.oval(0.44 * l, 0, 0.05 * l, 0.08 * l));
        b.fill(o.look().accent(), Shapes.box(-0.43 * l, 0, 0.12 * l, 0.03 * l));
        b.draw(Colours.shade(body, 0.55), 0.25, Shapes.round(l, 0.14 * l, 0.14 * l));
    }

    static void ship(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int body = o.look().body();
        b.fill(
                0xDCE8EA,
                0.45,
                Shapes.polygon(
                        -0.5 * l, -0.2 * w, -0.5 * l, 0.2 * w, -0.95 * l, 0.75 * w, -0.8 * l, 0, -0.95 * l, -0.75 * w));
        b.fill(
                0xE8F0F0,
                0.5,
                Shapes.polygon(
                        0.54 * l, 0, 0.3 * l, 0.62 * w, 0.12 * l, 0.6 * w, 0.12 * l, -0.6 * w, 0.3 * l, -0.62 * w));
        b.fill(Colours.shade(body, 0.7), outline);
        b.fill(body, Outlines.of(Kind.SHIP, 0.92 * l, 0.74 * w, "", 0));
        for (int i = 0; i < 4; i++) {
            double x = l * (-0.12 + 0.1 * i);
            b.fill(Colours.shade(body, i % 2 == 0 ? 0.78 : 1.25), Shapes.box(x, 0, 0.075 * l, 0.5 * w));
        }
        b.fill(Colours.WHITE, Shapes.box(-0.33 * l, 0, 0.16 * l, 0.66 * w));
        b.fill(0x50545A, Shapes.box(-0.3 * l, 0, 0.05 * l, 0.5 * w));
    }

    static void harbor(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        Dice dice = new Dice(o.look().variant());
        b.fill(o.look().body(), outline);
        b.draw(Colours.shade(o.look().body(), 0.7), 0.4, outline);
        for (int i = 0; i < 10; i++) {
            int box = dice.pick(new int[] {0xB23A2E, 0x2F5FA8, 0xD9822B, 0x3B8A52, 0xDDDAD2});
            b.fill(
                    box,
                    Shapes.box(l * (-0.44 + 0.098 * i), w * (-0.42 + 0.08 * dice.count(0, 1)), 0.075 * l, 0.07 * w));
        }
        b.line(0xD9B23A, 0.6, -0.46 * l, -0.27 * w, 0.46 * l, -0.27 * w);
    }

    static void deck(Brush b, SceneObject o) {
        double l = o.pose().length();
        double w = o.pose().width();
        int body = o.look().body();
        boolean truss = o.kind() == Kind.BRIDGE && o.look().variant() % 2 == 0;
        b.fill(body, Shapes.box(l, w));
        b.fill(Colours.shade(Colours.ASPHALT, 0.95), Shapes.box(l, 0.64 * w));
        b.dashes(Colours.PAINT, 0.07 * w, 2.2, 1.8, new Line2D.Double(-l / 2, 0, l / 2, 0));
        for (int side = -1; side <= 1; side += 2) {
            b.line(Colours.shade(body, 1.3), 0.12 * w, -l / 2, side * 0.44 * w, l / 2, side * 0.44 * w);
        }
        if (truss) {
            for (int i = 0; i <= 6; i++) {
                double x = l * (-0.47 + 0.94 * i / 6);
                b.line(Colours.shade(body, 1.15), 0.09 * w, x, -w / 2, x, w / 2);
            }
        }
    }

    static void dam(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int body = o.look().body();
        for (int i = 0; i < 5; i++) {
            double x = l * (-0.3 + 0.15 * i);
            b.fill(
                    0xF2F7F7,
                    0.75,
                    Shapes.polygon(
                            x - 0.05 * l,
                            0.4 * w,
                            x + 0.05 * l,
                            0.4 * w,
                            x + 0.065 * l,
                            0.5 * w + 5,
                            x - 0.065 * l,
                            0.5 * w + 4));
        }
        b.fill(body, outline);
        b.fill(Colours.shade(body, 0.8), Shapes.box(0, 0.3 * w, l, 0.4 * w));
        b.line(Colours.shade(body, 1.25), 0.16 * w, -l / 2, -0.36 * w, l / 2, -0.36 * w);
        for (int i = 0; i < 6; i++) {
            double x = l * (-0.375 + 0.15 * i);
            b.fill(0x565B60, Shapes.box(x, 0.05 * w, 0.035 * l, 0.8 * w));
        }
    }

    static void tollStation(Brush b, SceneObject o, Shape outline) {
        double l = o.pose().length();
        double w = o.pose().width();
        int roof = o.look().body();
        b.fill(0x9A9A97, outline);
        b.inside(outline, () -> {
            for (int i = -3; i <= 3; i++) {
                b.line(Colours.PAINT, 0.35, -0.4 * l, i * 0.12 * w, 0.4 * l, i * 0.12 * w);
                b.fill(0xD9B23A, Shapes.box(0, i * 0.12 * w, 0.42 * l, 0.025 * w));
            }
        });
        b.fill(0x2C2E31, 0.5, Shapes.box(0.02 * l, 0.02 * w, 0.21 * l, 0.98 * w));
        b.fill(roof, Shapes.box(0, 0, 0.19 * l, 0.96 * w));
        b.fill(Colours.shade(roof, 1.2), Shapes.box(-0.05 * l, 0, 0.06 * l, 0.96 * w));
        b.draw(Colours.shade(roof, 0.65), 0.35, Shapes.box(0, 0, 0.19 * l, 0.96 * w));
    }
}
