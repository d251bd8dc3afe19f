package dev.swath.tensor;

/** No memory, and why. It has a type and a size, so shapes can be followed; whoever reads an element gets a sentence. */
public final class AbsentStorage extends Storage {
    /** Why there are no elements. */
    public enum Reason {
        /** Only shapes are followed, as a summary or an estimate of memory does. */
        SHAPES_ONLY("a tensor of shapes alone has no elements to read", "of shapes alone"),
        /** A parameter that has no value yet. */
        UNSET("a parameter must be loaded or initialised before it is read", "that has no value yet"),
        /** A result whose memory the backward pass has given back. */
        FREED(
                "a value that is read after the backward pass must be passed to Tape.retain before it",
                "that the pass has freed");

        private final String rule;
        private final String where;

        Reason(String rule, String where) {
            this.rule = rule;
            this.where = where;
        }

        /** What must be done to read the elements, for messages. */
        public String rule() {
            return rule;
        }
    }

    private final Reason reason;

    /** For {@code size} elements of {@code dtype} that are not there. */
    public AbsentStorage(DType dtype, long size, Reason reason) {
        super(dtype, size);
        this.reason = reason;
    }

    /** Why there are no elements. */
    public Reason reason() {
        return reason;
    }

    @Override
    public Device device() {
        return Device.META;
    }

    @Override
    String where() {
        return reason.where;
    }
}
