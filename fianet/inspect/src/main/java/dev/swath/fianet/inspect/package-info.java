/**
 * Looks into every layer of a referring network for one image and one sentence. {@link dev.swath.fianet.inspect.Inspection} is one pass,
 * written down; {@link dev.swath.fianet.inspect.Interventions} changes parts of it and tells what that does to the mask; {@link
 * dev.swath.fianet.inspect.Comparison} lays two passes beside each other, {@link dev.swath.fianet.inspect.Reference} a pass beside a
 * file of tensors; {@link dev.swath.fianet.inspect.GradientInspection} is one training step. An element is explained down to its
 * products by {@link dev.swath.nn.inspect.Explain}.
 */
@NullMarked
package dev.swath.fianet.inspect;

import org.jspecify.annotations.NullMarked;
