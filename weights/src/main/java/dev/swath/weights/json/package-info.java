/** A small strict JSON reader and writer for headers and configurations. */
@NullMarked
package dev.swath.weights.json;

import org.jspecify.annotations.NullMarked;
