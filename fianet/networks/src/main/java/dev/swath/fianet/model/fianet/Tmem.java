package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.AdaptiveAvgPool;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.parts.CrossAttention;
import dev.swath.fianet.model.parts.MultiScale;
import dev.swath.fianet.model.parts.ScaleAwareGate;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * Text-aware multi-scale enhancement: all maps pooled to the last one's grid and concatenated, a quarter of the channels,
 * blocks of attention to the words, back to all channels, and a scale-aware gate for each map.
 */
public final class Tmem extends MultiScale {
    /** x + A(LN(x), words), then + feed-forward(LN(.)). */
    static final class Block extends Module {
        private final LayerNorm norm1;
        private final CrossAttention attention;
        private final LayerNorm norm2;
        private final FeedForward feedForward;

        Block(int channels, int text) {
            this.norm1 = child("norm1", new LayerNorm(channels, 1e-5));
            this.attention = child("tma", new CrossAttention(channels, text, 1));
            this.norm2 = child("norm2", new LayerNorm(channels, 1e-5));
            this.feedForward = child("ff", new FeedForward(channels));
        }

        /** (B, L, h) to (B, L, h). */
        Var forward(Tape tape, Var x, Words words) {
            return call(tape, () -> {
                Var y = Binary.add(tape, x, attention.forward(tape, norm1.forward(tape, x), words));
                return feedForward.forward(tape, norm2.forward(tape, y), y);
            });
        }
    }

    private static final class FeedForward extends Module {
        private static final class Net extends Module {
            private final Linear first;
            private final Linear second;

            Net(int channels) {
                this.first = child("0", new Linear(channels, 2 * channels, true));
                this.second = child("3", new Linear(2 * channels, channels, true));
            }
        }

        private final Net net;

        FeedForward(int channels) {
            this.net = child("net", new Net(channels));
        }

        Var forward(Tape tape, Var x, Var residual) {
            return call(tape, () -> {
                Var hidden = net.first.forward(tape, x, Activation.GELU, null);
                return net.second.forward(tape, hidden, Activation.IDENTITY, residual);
            });
        }
    }

    private final Pointwise down;
    private final Pointwise up;
    private final ModuleList<Block> blocks = new ModuleList<>();
    private final BatchNorm norm;
    private final ModuleList<ScaleAwareGate> fusion = new ModuleList<>();
    private final List<Integer> widths;
    private final boolean on;

    /** Of the configuration; switched off, it hands the maps on. */
    Tmem(FiaNetConfig config) {
        this(
                config.trunk().widths(),
                config.text().hidden(),
                config.tmemBlocks(),
                config.ablation().tmem());
    }

    /** For maps of the given widths, words of {@code text}. */
    public Tmem(List<Integer> widths, int text, int blockCount) {
        this(widths, text, blockCount, true);
    }

    private Tmem(List<Integer> widths, int text, int blockCount, boolean on) {
        this.on = on;
        this.widths = List.copyOf(widths);
        int sum = widths.stream().mapToInt(Integer::intValue).sum();
        int hidden = sum / 4;
        this.down = child("down_channel", new Pointwise(sum, hidden, 2));
        this.up = child("up_channel", new Pointwise(hidden, sum, 2));
        for (int i = 0; i < blockCount; i++) {
            blocks.add(new Block(hidden, text));
        }
        child("block", blocks);
        this.norm = child("bn", new BatchNorm(hidden));
        for (int width : widths) {
            fusion.add(new ScaleAwareGate(width));
        }
        child("fusion", fusion);
    }

    @Override
    public List<Var> forward(Tape tape, List<Var> maps, Sentence sentence) {
        if (!on) {
            return maps;
        }
        return callAll(tape, () -> {
            Words words = sentence.words();
            Var last = maps.getLast();
            int height = last.dim(1);
            int width = last.dim(2);
            Var[] pooled = maps.stream()
                    .map(m -> AdaptiveAvgPool.apply(tape, m, height, width))
                    .toArray(Var[]::new);
            Var x = down.forward(tape, Concat.apply(tape, 3, pooled));
            Var cells = Reshape.apply(tape, x, x.dim(0), height * width, x.dim(3));
            for (Block block : blocks.items()) {
                Var input = cells;
                cells = tape.scope(blocks.name(), () -> block.forward(tape, input, words));
            }
            Var y = up.forward(tape, norm.forward(tape, Reshape.apply(tape, cells, x.dim(0), height, width, x.dim(3))));
            List<Var> out = new ArrayList<>();
            int from = 0;
            for (int i = 0; i < widths.size(); i++) {
                Var coarse = Narrow.apply(tape, y, 3, from, from + widths.get(i));
                Var map = maps.get(i);
                ScaleAwareGate gate = fusion.get(i);
                out.add(tape.scope(fusion.name(), () -> gate.forward(tape, map, coarse)));
                from += widths.get(i);
            }
            return out;
        });
    }
}
