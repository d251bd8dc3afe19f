package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.Rectangle2D;

/** Area of a shape. */
final class Area {
    private static final int GRID = 28;

    private Area() {}

    /** Area in the shape's units squared, by the points of a grid over its bounds; an overlap with itself counts once. */
    static double of(Shape shape) {
        Rectangle2D box = shape.getBounds2D();
        int inside = 0;
        for (int i = 0; i < GRID * GRID; i++) {
            double x = box.getX() + box.getWidth() * (i % GRID + 0.5) / GRID;
            double y = box.getY() + box.getHeight() * (i / GRID + 0.5) / GRID;
            inside += shape.contains(x, y) ? 1 : 0;
        }
        return box.getWidth() * box.getHeight() * inside / (GRID * GRID);
    }
}
