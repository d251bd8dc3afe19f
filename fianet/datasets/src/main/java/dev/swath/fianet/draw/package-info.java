/** Masks drawn over images, and such pictures side by side with words below, as PNG files. */
@NullMarked
package dev.swath.fianet.draw;

import org.jspecify.annotations.NullMarked;
