package dev.swath.fianet.synth;

import java.util.BitSet;

/**
 * A sentence and what it is true of.
 *
 * @param sentence as it stands in a data set
 * @param category RRSIS-D's category of the object, or the class that the sentence begins with in RefSegRS
 * @param objects numbers of the objects that it selects in the scene's list, their parts not counted; not copied
 */
record Expression(String sentence, String category, BitSet objects) {}
