/**
 * The readers behind {@link dev.swath.fianet.image.Images}: PNG and TIFF by Swath's own code, the entropy-coded data of a
 * JPEG by the JDK's reader, facsimile by TwelveMonkeys'. None is looked up among those that a host registers. Whatever a
 * file claims is compared with its bytes before memory or time is spent on it.
 */
@NullMarked
package dev.swath.fianet.image.decode;

import org.jspecify.annotations.NullMarked;
