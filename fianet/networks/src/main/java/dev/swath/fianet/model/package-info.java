/**
 * What a network is to the rest of Swath ({@code ReferringNetwork}, {@code NetworkConfig}, {@code NetworkProvider}), the list
 * of networks ({@code Networks}), and the parts that they share. Feature maps are (B, H, W, C), words (B, N, D).
 */
@NullMarked
package dev.swath.fianet.model;

import org.jspecify.annotations.NullMarked;
