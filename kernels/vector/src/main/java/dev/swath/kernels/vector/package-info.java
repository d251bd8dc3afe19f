/**
 * The f32 kernels on the JDK's Vector API.
 *
 * <p>No vector object is kept in a field, an array or a lambda: it would be boxed, and the kernel many times slower.
 */
@NullMarked
package dev.swath.kernels.vector;

import org.jspecify.annotations.NullMarked;
