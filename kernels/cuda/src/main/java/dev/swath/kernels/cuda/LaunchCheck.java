package dev.swath.kernels.cuda;

/** Sees each launch before it happens; tests compare the arguments with the kernel's own parameters. */
@FunctionalInterface
interface LaunchCheck {
    /** Looks at nothing. */
    LaunchCheck NONE = (_, _) -> {};

    /**
     * A kernel is about to be launched.
     *
     * @param kernel its name
     * @param arguments their types, separated by commas: {@code *f32}, {@code *null}, {@code i32}, {@code f64}, {@code {40}}
     *     for a structure of 40 bytes, {@code *} for an address of any type
     */
    void launched(String kernel, CharSequence arguments);
}
