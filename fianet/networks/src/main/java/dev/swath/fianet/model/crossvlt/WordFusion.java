package dev.swath.fianet.model.crossvlt;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.InstanceNorm;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Activation;
import dev.swath.nn.Init;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;

/**
 * Pixels ask words: f = GELU(project(x + IN(W attention(IN(Q x), K words, V words)))), with the instance norm IN over the cells of
 * each channel and attention in heads of fixed width. Unlike LAVT's there is a residual and no product, and hidden words are
 * hidden by the mask of the scores alone: under a mask of zeros a cell sees all words alike.
 */
final class WordFusion extends Module {
    private static final double EPS = 1e-5;

    private static final class Projection extends Module {
        private final Pointwise conv;

        Projection(int in, int out) {
            this.conv = child("0", new Pointwise(in, out, 1, Init.normal(Math.sqrt(2.0 / in)), Init.constant(0)));
        }

        Var forward(Tape tape, Var x, Activation f) {
            return call(tape, () -> conv.forward(tape, x, f, null));
        }
    }

    private final Projection query;
    private final Linear key;
    private final Linear value;
    private final Projection output;
    private final Projection project;
    private final int heads;
    private final double scale;

    /**
     * @param channels of the cells
     * @param width of queries, keys and values
     * @param text width of the words
     * @param head channels of a head
     */
    WordFusion(int channels, int width, int text, int head) {
        this.heads = width / head;
        this.scale = 1 / Math.sqrt(head);
        this.query = child("v_q", new Projection(channels, width));
        this.key = child("l_q", new Linear(text, width, true));
        this.value = child("values_l", new Linear(text, width, true));
        this.output = child("w_v", new Projection(width, channels));
        this.project = child("project_mm", new Projection(channels, channels));
    }

    /** (B, L, C) and words to (B, L, C). */
    Var forward(Tape tape, Var x, Words words) {
        return call(tape, () -> {
            Var q = InstanceNorm.apply(tape, query.forward(tape, x, Activation.IDENTITY), EPS);
            Var k = key.forward(tape, words.features());
            Var v = value.forward(tape, words.features());
            Var mixed = Attention.apply(tape, q, k, v, words.mask(), heads, scale, 0);
            Var y = InstanceNorm.apply(tape, output.forward(tape, mixed, Activation.IDENTITY), EPS);
            return project.forward(tape, Binary.add(tape, y, x), Activation.GELU);
        });
    }
}
