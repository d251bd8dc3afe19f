/** Referring segmentation of aerial images: open a model, give it an image and a sentence, get a mask. */
@NullMarked
package dev.swath.fianet;

import org.jspecify.annotations.NullMarked;
