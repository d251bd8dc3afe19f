/**
 * The BERT encoder (Devlin et al. 2019), useful alone.
 *
 * <pre>{@code
 * BertEncoder bert = new BertEncoder(new BertConfig(100, 32, 2, 2, 64, 16, 2, 0.1, 1e-12));
 * bert.initialise(new RandomSource(1));
 * Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()));
 * Tensor ids = Tensor.of(new long[] {1, 2, 0}, 1, 3); // (B, N)
 * Var mask = Var.constant(Tensor.of(new float[] {1, 1, 0}, 1, 3)); // 1 for a visible word
 * Var hidden = bert.forward(tape, ids, mask);
 * System.out.println(hidden.shape()); // (B, N, D)
 * }</pre>
 */
@NullMarked
package dev.swath.nn.bert;

import org.jspecify.annotations.NullMarked;
