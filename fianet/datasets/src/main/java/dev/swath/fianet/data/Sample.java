package dev.swath.fianet.data;

import dev.swath.fianet.image.RgbImage;

/**
 * One triplet of a data set, at its original size.
 *
 * @param id its name in the data set, such as "4213" or "02934.jpg#17"
 * @param image as decoded
 * @param sentence as it stands in the data set, without a trailing newline
 * @param mask of the object; its size may differ from the image's
 * @param category name of the object's class, as sentences use it; empty if the data set does not tell and the sentence
 *     names none
 */
public record Sample(String id, RgbImage image, String sentence, Mask mask, String category) {}
