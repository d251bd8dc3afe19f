/** An unpickler that executes nothing: it knows a list of names and refuses every other. */
@NullMarked
package dev.swath.weights.pickle;

import org.jspecify.annotations.NullMarked;
