package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Dropout;
import dev.swath.kernels.Activation;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;

/** Pixel-word attention on the whole sentence (LAVT's PWAM): GELU(project(GELU(visual) * language)). */
public final class ContextAlignment extends Module {
    private static final class Projection extends Module {
        private final Pointwise conv;

        Projection(int channels) {
            this.conv = child("0", new Pointwise(channels, channels, 1));
        }

        Var forward(Tape tape, Var x, double dropout) {
            return call(tape, () -> Dropout.apply(tape, conv.forward(tape, x, Activation.GELU, null), dropout));
        }
    }

    private final Projection visual;
    private final CrossAttention attention;
    private final Projection output;
    private final double dropout;

    /** For cells of {@code channels} and words of {@code text}. */
    public ContextAlignment(int channels, int text, int heads, double dropout) {
        this.dropout = dropout;
        this.visual = child("vis_project", new Projection(channels));
        this.attention = child("image_lang_att", new CrossAttention(channels, text, heads));
        this.output = child("project_mm", new Projection(channels));
    }

    /** (B, L, C) and words to (B, L, C). */
    public Var forward(Tape tape, Var x, Words words) {
        return call(tape, () -> {
            Var language = attention.forward(tape, x, words);
            return output.forward(tape, Binary.mul(tape, visual.forward(tape, x, dropout), language), dropout);
        });
    }
}
