/** The Swin transformer (Liu et al. 2021). */
@NullMarked
package dev.swath.nn.swin;

import org.jspecify.annotations.NullMarked;
