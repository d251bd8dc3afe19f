package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;

/**
 * One thing in a scene. Positions and lengths are in percent of the frame's side, x to the right, y down.
 *
 * @param kind what it is
 * @param pose where it lies
 * @param words how a sentence may describe it
 * @param look how it is painted
 * @param outline its exact shape on the ground, in the frame's coordinates; not copied
 * @param parent number of the object that it is a part of, or -1: a part's pixels belong to its parent too
 */
public record SceneObject(Kind kind, Pose pose, Words words, Look look, Shape outline, int parent) {
    /** Side of the frame. */
    public static final double FRAME = 100;

    /**
     * Position and size.
     *
     * @param x of the middle
     * @param y of the middle
     * @param angle of the long side against the x axis, radians, clockwise on screen
     * @param length along that side
     * @param width across it
     */
    public record Pose(double x, double y, double angle, double length, double width) {
        /** From the object's own coordinates (middle at 0, 0, long side along x) to the frame's. */
        public AffineTransform toFrame() {
            AffineTransform t = AffineTransform.getTranslateInstance(x, y);
            t.rotate(angle);
            return t;
        }
    }

    /**
     * The attributes that are true of it; empty where none of the vocabulary's words applies.
     *
     * @param size tiny, small, large or huge (RRSIS-D), long (RefSegRS)
     * @param colour such as gray, or "green and orange"
     * @param shape rectangular, slender or "frustum of a cone"
     */
    public record Words(String size, String colour, String shape) {
        /** No attribute. */
        public static final Words NONE = new Words("", "", "");
    }

    /**
     * Colours and form.
     *
     * @param body first colour, 0xRRGGBB
     * @param accent second colour, 0xRRGGBB
     * @param height above the ground, percent of the frame's side: throws a shadow of that length at an altitude of 45 degrees
     * @param variant which form and details: any number
     */
    public record Look(int body, int accent, double height, int variant) {}

    /** The part of its bounding box that lies in the frame; empty if it lies outside. */
    public Rectangle2D visibleBounds() {
        return outline.getBounds2D().createIntersection(new Rectangle2D.Double(0, 0, FRAME, FRAME));
    }

    /** x of the middle of {@link #visibleBounds}: the position that sentences speak of. */
    public double centerX() {
        return visibleBounds().getCenterX();
    }

    /** y of the middle of {@link #visibleBounds}. */
    public double centerY() {
        return visibleBounds().getCenterY();
    }
}
