package dev.swath.fianet.data;

import java.util.List;

/**
 * Fills a polygon as COCO's tools do: its outline is traced at five times the resolution; where the trace crosses the
 * middle of a column of pixels, everything below changes sides.
 */
final class Polygon {
    private static final int SCALE = 5;

    /** Farthest outside its image that a corner may lie, in pixels. */
    private static final int MARGIN = 10_000;

    private final int height;
    private final int width;
    /** Column by column: where the inside turns into the outside or back. */
    private final boolean[] turns;

    private int lastX;
    private int lastY;
    private boolean started;

    private Polygon(int height, int width) {
        this.height = height;
        this.width = width;
        this.turns = new boolean[height * width + 1];
    }

    /** 1 for each pixel inside, row by row; corners are x0, y0, x1, y1, ... */
    static byte[] fill(List<Double> corners, int height, int width) {
        int n = corners.size() / 2;
        if (corners.size() % 2 != 0 || n < 3) {
            throw new DataException("[polygon] a polygon must have at least three corners of two coordinates; got "
                    + corners.size() + " numbers");
        }
        int[] x = new int[n + 1];
        int[] y = new int[n + 1];
        for (int i = 0; i <= n; i++) {
            x[i] = fine(corners.get(2 * (i % n)), width);
            y[i] = fine(corners.get(2 * (i % n) + 1), height);
        }
        Polygon polygon = new Polygon(height, width);
        for (int i = 0; i < n; i++) {
            polygon.trace(x[i], y[i], x[i + 1], y[i + 1]);
        }
        return polygon.inside();
    }

    private static int fine(double coordinate, int limit) {
        if (!(coordinate >= -MARGIN && coordinate <= limit + MARGIN)) {
            throw new DataException("[polygon] a corner must lie within " + MARGIN + " pixels of its image; got "
                    + coordinate + " where the image ends at " + limit);
        }
        return (int) (SCALE * coordinate + 0.5);
    }

    /** One point for each step along the longer axis, always computed from the end with the smaller coordinate. */
    private void trace(int fromX, int fromY, int toX, int toY) {
        int dx = Math.abs(toX - fromX);
        int dy = Math.abs(toY - fromY);
        boolean flat = dx >= dy;
        boolean back = flat ? fromX > toX : fromY > toY;
        int startX = back ? toX : fromX;
        int startY = back ? toY : fromY;
        int steps = Math.max(dx, dy);
        int rise = (flat ? toY - fromY : toX - fromX) * (back ? -1 : 1);
        double slope = steps == 0 ? 0 : (double) rise / steps;
        for (int i = 0; i <= steps; i++) {
            int t = back ? steps - i : i;
            point(
                    flat ? startX + t : (int) (startX + slope * t + 0.5),
                    flat ? (int) (startY + slope * t + 0.5) : startY + t);
        }
    }

    private void point(int x, int y) {
        if (started && x != lastX) {
            int crossed = Math.min(x, lastX);
            // (crossed + 0.5) / 5 - 0.5 is whole for every fifth fine column: the middle of a pixel.
            boolean middle = Math.floorMod(crossed, SCALE) == SCALE / 2;
            int column = Math.floorDiv(crossed, SCALE);
            if (middle && column >= 0 && column < width) {
                double row = Math.clamp((Math.min(y, lastY) + 0.5) / SCALE - 0.5, 0, height);
                int at = column * height + (int) Math.ceil(row);
                turns[at] = !turns[at];
            }
        }
        lastX = x;
        lastY = y;
        started = true;
    }

    private byte[] inside() {
        byte[] out = new byte[height * width];
        boolean in = false;
        for (int column = 0, at = 0; column < width; column++) {
            for (int row = 0; row < height; row++, at++) {
                in ^= turns[at];
                out[row * width + column] = (byte) (in ? 1 : 0);
            }
        }
        return out;
    }
}
