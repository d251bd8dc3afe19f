/** Modules, parameters and layers. */
@NullMarked
package dev.swath.nn;

import org.jspecify.annotations.NullMarked;
