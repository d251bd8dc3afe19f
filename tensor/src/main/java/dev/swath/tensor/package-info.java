/** Tensors, shapes, views and element types; no arithmetic beyond copy and cast. */
@NullMarked
package dev.swath.tensor;

import org.jspecify.annotations.NullMarked;
