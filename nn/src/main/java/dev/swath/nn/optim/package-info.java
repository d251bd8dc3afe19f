/** What changes parameters by their gradients: AdamW, learning-rate schedules, gradient clipping. */
@NullMarked
package dev.swath.nn.optim;

import org.jspecify.annotations.NullMarked;
