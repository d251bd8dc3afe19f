/** From a sentence to words, tags, phrases, and the three masks that the network takes. */
@NullMarked
package dev.swath.fianet.text;

import org.jspecify.annotations.NullMarked;
