/** What training makes small. */
@NullMarked
package dev.swath.nn.loss;

import org.jspecify.annotations.NullMarked;
