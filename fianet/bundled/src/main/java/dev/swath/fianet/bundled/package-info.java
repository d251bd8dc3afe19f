/** The files of a small model trained on synthetic scenes. */
@NullMarked
package dev.swath.fianet.bundled;

import org.jspecify.annotations.NullMarked;
