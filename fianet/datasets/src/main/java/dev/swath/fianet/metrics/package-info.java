/** How well masks fit: mIoU, oIoU and Pr@X, over all samples and by category. */
@NullMarked
package dev.swath.fianet.metrics;

import org.jspecify.annotations.NullMarked;
