package dev.swath.nn.inspect;

/** What happens inside a module, in order: other modules and ops. */
public sealed interface Step permits ModuleCall, OpRecord {
    /** Full name of the module, or of the module that ran the op. */
    String path();

    /** Nanoseconds that it took, without what the recording itself took. */
    long nanos();

    /** Multiplications and additions. */
    long flops();

    /** Bytes that its ops read and wrote: all inputs and the result of each op that is not a view. */
    long bytes();
}
