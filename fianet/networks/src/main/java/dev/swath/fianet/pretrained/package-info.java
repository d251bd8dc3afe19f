/** Published weights of the networks that are useful alone: a BERT folder and a Swin file, each opened by one call. */
@NullMarked
package dev.swath.fianet.pretrained;

import org.jspecify.annotations.NullMarked;
