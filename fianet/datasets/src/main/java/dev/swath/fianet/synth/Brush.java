package dev.swath.fianet.synth;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.NoninvertibleTransformException;
import java.awt.geom.Point2D;

/** Antialiased drawing in the coordinates of one object. */
final class Brush {
    private final Graphics2D g;
    private final Scene.Air air;

    Brush(Graphics2D g, Scene.Air air) {
        this.g = g;
        this.air = air;
    }

    /** Does some work in coordinates that are moved and turned. */
    void in(AffineTransform local, Runnable work) {
        AffineTransform before = g.getTransform();
        g.transform(local);
        work.run();
        g.setTransform(before);
    }

    /** Does some work that paints only inside the shape. */
    void inside(Shape clip, Runnable work) {
        Shape before = g.getClip();
        g.clip(clip);
        work.run();
        g.setClip(before);
    }

    void fill(int rgb, Shape shape) {
        g.setColor(new Color(rgb));
        g.fill(shape);
    }

    void fill(int rgb, double alpha, Shape shape) {
        g.setColor(new Color(Colours.red(rgb), Colours.green(rgb), Colours.blue(rgb), (int) Math.round(255 * alpha)));
        g.fill(shape);
    }

    void draw(int rgb, double width, Shape shape) {
        g.setColor(new Color(rgb));
        g.setStroke(new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        g.draw(shape);
    }

    void line(int rgb, double width, double x1, double y1, double x2, double y2) {
        draw(rgb, width, new Line2D.Double(x1, y1, x2, y2));
    }

    void dashes(int rgb, double width, double on, double off, Shape shape) {
        g.setColor(new Color(rgb));
        g.setStroke(new BasicStroke(
                (float) width,
                BasicStroke.CAP_BUTT,
                BasicStroke.JOIN_MITER,
                10,
                new float[] {(float) on, (float) off},
                0));
        g.draw(shape);
    }

    /** How much a slope that faces this local direction is lit: -1 away from the sun, 1 towards it. */
    double lit(double dx, double dy) {
        try {
            AffineTransform t = g.getTransform();
            Point2D sun = new Point2D.Double(-air.sunX(), -air.sunY());
            t.createInverse().deltaTransform(sun, sun);
            return (dx * sun.getX() + dy * sun.getY()) / Math.max(1e-9, sun.distance(0, 0) * Math.hypot(dx, dy));
        } catch (NoninvertibleTransformException e) {
            throw new IllegalStateException("[synth] a view must be invertible", e);
        }
    }
}
