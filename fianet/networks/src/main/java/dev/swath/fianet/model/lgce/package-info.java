/**
 * LGCE (Yuan et al., "RRSIS: Referring remote sensing image segmentation", TGRS 2024) as the paper describes it: LAVT whose two
 * coarsest maps exchange what they know, led by the sentence. Its authors publish data and scripts, but neither the network's code
 * nor weights: names, and what the paper leaves open, are ours.
 */
@NullMarked
package dev.swath.fianet.model.lgce;

import org.jspecify.annotations.NullMarked;
