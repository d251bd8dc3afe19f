package dev.swath.nn.inspect;

import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An op that has run.
 *
 * @param id its number in the pass, from 0
 * @param name by which its tensors are kept: {@code path:op}, with {@code #2} behind it where the module runs such an op a second time
 * @param op what it is, such as {@code linear}
 * @param path full name of the module that ran it
 * @param inputs what it has read
 * @param settings numbers and choices beside them, such as {@code heads}
 * @param shape of its result
 * @param dtype of its result
 * @param view whether the result is an input's memory, read in another way
 * @param kernel name of the class that computed it; empty where nothing was computed
 * @param nanos as in {@link Step}
 * @param flops as in {@link Step}
 * @param bytes as in {@link Step}
 */
public record OpRecord(
        int id,
        String name,
        String op,
        String path,
        List<OpInput> inputs,
        Map<String, Object> settings,
        Shape shape,
        DType dtype,
        boolean view,
        String kernel,
        long nanos,
        long flops,
        long bytes)
        implements Step {
    /** Copies, keeping orders. */
    public OpRecord {
        inputs = List.copyOf(inputs);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }
}
