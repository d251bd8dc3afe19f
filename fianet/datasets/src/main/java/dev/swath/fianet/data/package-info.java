/** Data sets of images with sentences and masks: reading, checking, augmenting, batching. */
@NullMarked
package dev.swath.fianet.data;

import org.jspecify.annotations.NullMarked;
