package dev.swath.fianet.model.dlsa;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Init;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Parameter;
import dev.swath.nn.Pointwise;
import dev.swath.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Words brought into a map of the decoder: out = x + tanh(res_scale) A gate t. t is what the words and the cells make together (by
 * products with the mean word, or by attention to all words), gate = sigmoid(W [x ; t] + b) one number a cell and channel, A one
 * number an image ({@link InjectionGate}).
 */
public final class TextBlock extends Module {
    /** A 1x1 convolution without bias, and a batch norm, under the names 0 and 1. */
    private static final class NormedConv extends Module {
        private final Pointwise conv;
        private final BatchNorm norm;

        NormedConv(int channels) {
            this.conv = child("0", new Pointwise(channels, channels, 2, Init.uniform(channels), null));
            this.norm = child("1", new BatchNorm(channels));
        }

        Var forward(Tape tape, Var x, Activation f) {
            return call(tape, () -> Unary.apply(tape, norm.forward(tape, conv.forward(tape, x)), f));
        }
    }

    /** What cells and words make together before {@code out_proj}. */
    private sealed interface Mixture {
        Var forward(Tape tape, Var x, Words words, Var sentence);
    }

    /** tanh(BN(W x)) tanh(W' sentence + b). */
    private record Products(ModuleList<Linear> language, NormedConv visual) implements Mixture {
        @Override
        public Var forward(Tape tape, Var x, Words words, Var sentence) {
            Var l = tape.scope(language.name(), () -> language.get(0).forward(tape, sentence, Activation.TANH, null));
            Var p = visual.forward(tape, x, Activation.TANH);
            return Binary.mul(tape, p, Reshape.apply(tape, l, l.dim(0), 1, 1, l.dim(1)));
        }
    }

    /** Attention of every cell to the words, one head. */
    private record Attended(Pointwise query, Pointwise key, Pointwise value) implements Mixture {
        @Override
        public Var forward(Tape tape, Var x, Words words, Var sentence) {
            int channels = x.dim(3);
            Var q = Reshape.apply(tape, query.forward(tape, x), x.dim(0), x.dim(1) * x.dim(2), channels);
            Var k = key.forward(tape, words.features());
            Var v = value.forward(tape, words.features());
            Var mixed = Attention.apply(tape, q, k, v, words.mask(), 1, 1 / Math.sqrt(channels), 0);
            return Reshape.apply(tape, mixed, x.shape().dims());
        }
    }

    /** What the published scripts begin with. */
    private static final double FIRST_SCALE = 0.05;

    private static final double FIRST_GATE_BIAS = -2;

    private final TextBlockSettings settings;
    private final Parameter scale;
    private final Mixture mixture;
    private final NormedConv output;
    private final Pointwise gate;
    private final @Nullable InjectionGate injection;

    /** For maps of {@code channels} and words of {@code text}. */
    public TextBlock(int channels, int text, TextBlockSettings settings) {
        this.settings = settings;
        this.scale = parameter("res_scale", Shape.of(), Init.constant(FIRST_SCALE));
        this.mixture = settings.variant() == TextBlockSettings.Variant.ATTN
                ? new Attended(
                        child("q_proj", new Pointwise(channels, channels, 2)),
                        child("k_proj", new Pointwise(text, channels, 1)),
                        child("v_proj", new Pointwise(text, channels, 1)))
                : new Products(
                        child("lang_proj", new ModuleList<Linear>().add(InjectionGate.linear(text, channels))),
                        child("vis_proj", new NormedConv(channels)));
        this.output = child("out_proj", new NormedConv(channels));
        this.gate = child(
                "gate",
                new Pointwise(2 * channels, channels, 2, Init.uniform(2 * channels), Init.constant(FIRST_GATE_BIAS)));
        this.injection = settings.variant() == TextBlockSettings.Variant.GLF_ADAPT
                ? new InjectionGate(
                        child("lang_gate_proj", InjectionGate.linear(text, channels)),
                        child("inject_gate", new InjectionGate.Net(channels, settings)),
                        settings.uncertainty())
                : null;
    }

    /** (B, H, W, C) and the words to (B, H, W, C). */
    public Var forward(Tape tape, Var x, Words words) {
        return call(tape, () -> {
            Var sentence = words.mean(tape);
            Var mixed = tape.scope("", () -> mixture.forward(tape, x, words, sentence));
            Var change = output.forward(tape, mixed, Activation.GELU);
            if (settings.ablation() != TextBlockSettings.Ablation.NO_LOCAL) {
                change = Binary.mul(tape, change, open(tape, x, change));
            }
            if (injection != null && settings.ablation() != TextBlockSettings.Ablation.NO_ALPHA) {
                change = Binary.mul(tape, change, injection.forward(tape, x, sentence));
            }
            if (settings.ablation() != TextBlockSettings.Ablation.NO_SCALE) {
                change = Binary.mul(tape, change, Cast.apply(tape, Unary.tanh(tape, scale), x.dtype()));
            }
            return Binary.add(tape, x, change);
        });
    }

    private Var open(Tape tape, Var x, Var change) {
        return tape.scope("", () -> gate.forward(tape, Concat.apply(tape, 3, x, change), Activation.SIGMOID, null));
    }
}
