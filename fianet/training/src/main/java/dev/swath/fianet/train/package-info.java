/** Training of the network. */
@NullMarked
package dev.swath.fianet.train;

import org.jspecify.annotations.NullMarked;
