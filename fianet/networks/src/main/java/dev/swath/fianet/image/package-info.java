/** Images in and out: decoding with limits, the published resize, normalisation, masks and overlays. */
@NullMarked
package dev.swath.fianet.image;

import org.jspecify.annotations.NullMarked;
