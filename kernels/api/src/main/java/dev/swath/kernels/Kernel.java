package dev.swath.kernels;

/** Marks a kernel interface. Implementations hold no state and may be called by many threads at once. */
public interface Kernel {}
