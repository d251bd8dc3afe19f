package dev.swath.testkit;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the tests know of one op: inputs to run it on, how exact a backend must be, and the same from other ops. From it
 * follow the tests of every backend against the scalar kernels, of gradients against differences, of views, of threads,
 * and of {@code composed()}.
 */
public interface OpCase {
    /** The op's class. */
    Class<?> op();

    /** How exact a backend must be in f32. */
    Tolerance tolerance();

    /** Inputs: extents of 1, odd, prime and longer than a vector. Each call makes them afresh, the same ones. */
    List<Example> examples();

    /** The name of what {@link #atWork} gives. */
    String AT_WORK = "at work";

    /** One call at a size that the full network has at 480 pixels, mostly that of its second stage: what benchmarks run. */
    Example atWork();

    /**
     * Greatest |error| as a part of the largest expected element of the same output or gradient.
     *
     * @param values of the output
     * @param gradients of each input's gradient
     * @param reason why not less
     */
    record Tolerance(double values, double gradients, String reason) {}

    /**
     * One call of the op.
     *
     * @param name what is special about it
     * @param inputs f32; all are differentiated
     * @param parameters which of them are weights, by position: they may be of another element type than the rest
     * @param training whether the tape is in training mode
     * @param function the call; must give the same for the same inputs
     * @param composed the same from other ops, or null
     */
    record Example(
            String name,
            List<Tensor> inputs,
            Set<Integer> parameters,
            boolean training,
            BiFunction<Tape, List<Var>, Var> function,
            @Nullable BiFunction<Tape, List<Var>, Var> composed) {
        /** In evaluation mode, without another form. */
        public static Example of(String name, BiFunction<Tape, List<Var>, Var> function, Tensor... inputs) {
            return new Example(name, List.of(inputs), Set.of(), false, function, null);
        }

        /** With the same from other ops. */
        public Example withComposed(BiFunction<Tape, List<Var>, Var> form) {
            return new Example(name, inputs, parameters, training, function, form);
        }

        /** With weights at these positions of the inputs. */
        public Example withParameters(Integer... positions) {
            return new Example(name, inputs, Set.of(positions), training, function, composed);
        }

        /** In training mode. */
        public Example inTraining() {
            return new Example(name, inputs, parameters, true, function, composed);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
