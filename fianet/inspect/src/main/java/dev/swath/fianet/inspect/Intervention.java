package dev.swath.fianet.inspect;

import dev.swath.tensor.Tensor;
import java.util.List;

/** A change of one pass, to see what a part does. */
public sealed interface Intervention {
    /** For people. */
    String label();

    /**
     * Pieces of the sentence are seen by no stream; they keep their places.
     *
     * @param positions from 0: the pieces of one word, or of several
     * @param label for people
     */
    record DropWord(List<Integer> positions, String label) implements Intervention {
        /** Copies. */
        public DropWord {
            positions = List.copyOf(positions);
        }
    }

    /**
     * All that a module returns becomes 0: a gate is closed, a branch is off.
     *
     * @param path of the module
     * @param label for people
     */
    record Zero(String path, String label) implements Intervention {}

    /**
     * One channel of all that a module returns becomes 0.
     *
     * @param path of the module
     * @param channel along the last axis, from 0
     * @param label for people
     */
    record ZeroChannel(String path, int channel, String label) implements Intervention {}

    /**
     * One head of an attention mixes nothing: its channels of the result become 0.
     *
     * @param op name of the op, as in {@link dev.swath.nn.inspect.OpRecord#name}
     * @param head from 0
     * @param label for people
     */
    record ZeroHead(String op, int head, String label) implements Intervention {}

    /**
     * Every element of what an op gives becomes one number: a spatial prior of 1 weighs nothing.
     *
     * @param op name of the op, as in {@link dev.swath.nn.inspect.OpRecord#name}
     * @param value the number
     * @param label for people
     */
    record Fill(String op, double value, String label) implements Intervention {}

    /**
     * What leaves a module is replaced, such as by what left it in another pass.
     *
     * @param name as in {@link dev.swath.nn.inspect.Result#name}
     * @param value of the shape and type of the result
     * @param label for people
     */
    record Replace(String name, Tensor value, String label) implements Intervention {}

    /**
     * A module hands on what other modules gave before it in its own place: it does nothing.
     *
     * @param path of the module
     * @param sources full names of modules, one for each result, whose first results take their places
     * @param label for people
     */
    record Skip(String path, List<String> sources, String label) implements Intervention {
        /** Copies. */
        public Skip {
            sources = List.copyOf(sources);
        }
    }
}
