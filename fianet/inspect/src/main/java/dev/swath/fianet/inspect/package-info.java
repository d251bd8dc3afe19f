/**
 * Looks into every layer of a referring network for one image and one sentence: {@link dev.swath.fianet.inspect.Inspection} is one
 * pass, written down.
 */
@NullMarked
package dev.swath.fianet.inspect;

import org.jspecify.annotations.NullMarked;
