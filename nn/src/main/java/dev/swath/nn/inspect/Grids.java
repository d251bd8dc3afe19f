package dev.swath.nn.inspect;

import dev.swath.tensor.Shape;
import java.util.HashMap;
import java.util.Map;

/** The maps that a pass has had, by their number of cells: they tell how cells in one row were laid out. */
public final class Grids {
    private final Map<Long, Integer> heights = new HashMap<>();

    /** Of a pass that has not begun. */
    public Grids() {}

    /** A tensor goes by; one of four axes is a map (B, H, W, C). */
    public void note(Shape s) {
        if (s.rank() == 4) {
            heights.put((long) s.dim(1) * s.dim(2), s.dim(1));
        }
    }

    /** Rows of the map whose cells these (B, L, C) are, if the pass had one of so many; else 0. */
    public int height(Shape s) {
        return s.rank() == 3 ? heights.getOrDefault((long) s.dim(1), 0) : 0;
    }
}
