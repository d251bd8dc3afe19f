package dev.swath.nn.inspect;

import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * One tensor that left a module.
 *
 * @param name under which it is kept: the module's path; {@code #2} behind it where it is of the second call of that module in the
 *     pass; {@code [1]} behind that where it is the second of several results
 * @param shape its extents
 * @param dtype its element type
 * @param statistics of its elements, or null of a pass on shapes alone
 * @param picture of the map that it is, or null where it is none
 */
public record Result(
        String name,
        Shape shape,
        DType dtype,
        @Nullable Statistics statistics,
        @Nullable Picture picture) {
    /**
     * The name of a result.
     *
     * @param path of the module
     * @param call which call of the module in the pass it is, from 1
     * @param number which of the module's results it is, from 0
     */
    public static String name(String path, int call, int number) {
        return path + (call == 1 ? "" : "#" + call) + (number == 0 ? "" : "[" + number + "]");
    }

    /** The path of the module in a name that {@link #name} made. */
    public static String path(String name) {
        return name.split("[#\\[]", 2)[0];
    }

    /** Bytes of its elements. */
    public long bytes() {
        return shape.elements() * dtype.bytes();
    }
}
