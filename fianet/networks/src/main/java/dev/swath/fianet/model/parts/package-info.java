/** Modules that more than one referring network is made of. */
@NullMarked
package dev.swath.fianet.model.parts;

import org.jspecify.annotations.NullMarked;
