package dev.swath.fianet.data;

import dev.swath.files.Counted;
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
    private final Runs runs;

    private Polygon(int height, int width) {
        this.height = height;
        this.width = width;
        this.runs = new Runs(height, width);
    }

    /** The pixels inside; corners are x0, y0, x1, y1, ... What it takes goes by the corners and the width. */
    static Runs fill(List<Double> corners, int height, int width) {
        int n = corners.size() / 2;
        if (corners.size() % 2 != 0 || n < 3) {
            throw new DataException("[polygon] a polygon must have at least three corners of two coordinates; got "
                    + Counted.of(corners.size(), "number"));
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
        return polygon.runs;
    }

    private static int fine(double coordinate, int limit) {
        if (!(coordinate >= -MARGIN && coordinate <= limit + MARGIN)) {
            throw new DataException("[polygon] a corner must lie within " + MARGIN + " pixels of its image; got "
                    + coordinate + " where the image ends at " + limit);
        }
        return (int) (SCALE * coordinate + 0.5);
    }

    /**
     * An edge has one point for each step along its longer axis, always computed from the end with the smaller coordinate. Of these
     * points only those matter between which a middle of a column lies.
     */
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
        // (x + 0.5) / 5 - 0.5 is whole for every fifth fine column: the middle of a pixel.
        int first = Math.max(0, Math.ceilDiv(Math.min(fromX, toX) - SCALE / 2, SCALE));
        int last = Math.min(width - 1, Math.floorDiv(Math.max(fromX, toX) - 1 - SCALE / 2, SCALE));
        for (int column = first; column <= last; column++) {
            int x = column * SCALE + SCALE / 2;
            int t = flat ? x - startX : stepOver(x, startX, slope, steps);
            int y = flat ? Math.min(along(startY, slope, t), along(startY, slope, t + 1)) : startY + t;
            double row = Math.clamp((y + 0.5) / SCALE - 0.5, 0, height);
            runs.turn(column * height + (int) Math.ceil(row));
        }
    }

    private static int along(int start, double slope, int t) {
        return (int) (start + slope * t + 0.5);
    }

    /** The step of a steep edge whose point and the next lie on either side of x + 0.5. */
    private static int stepOver(int x, int startX, double slope, int steps) {
        int low = 0; // its point is on the side of the start, and that of high is not
        int high = steps;
        boolean left = along(startX, slope, 0) <= x;
        while (high - low > 1) {
            int middle = low + high >>> 1;
            if (along(startX, slope, middle) <= x == left) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
