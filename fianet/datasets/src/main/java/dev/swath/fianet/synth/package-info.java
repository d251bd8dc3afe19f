/** Rendered aerial scenes with sentences and masks: endless training data that needs no download. */
@NullMarked
package dev.swath.fianet.synth;

import org.jspecify.annotations.NullMarked;
