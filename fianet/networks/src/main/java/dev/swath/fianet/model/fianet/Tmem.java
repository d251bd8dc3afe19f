package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.parts.CrossAttention;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.MultiScale;
import dev.swath.fianet.model.parts.PooledScales;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Pointwise;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Text-aware multi-scale enhancement: between pooled scales, blocks of attention to the words.
 */
public final class Tmem extends MultiScale implements Meant {
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

            Var forward(Tape tape, Var x, Var residual) {
                return call(tape, () -> {
                    Var hidden = first.forward(tape, x, Activation.GELU, null);
                    return second.forward(tape, hidden, Activation.IDENTITY, residual);
                });
            }
        }

        private final Net net;

        FeedForward(int channels) {
            this.net = child("net", new Net(channels));
        }

        Var forward(Tape tape, Var x, Var residual) {
            return call(tape, () -> net.forward(tape, x, residual));
        }
    }

    private final ModuleList<Block> blocks = new ModuleList<>();
    private final PooledScales scales;
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
        int hidden = PooledScales.hidden(widths);
        Pointwise down = child("down_channel", PooledScales.down(widths));
        Pointwise up = child("up_channel", PooledScales.up(widths));
        for (int i = 0; i < blockCount; i++) {
            blocks.add(new Block(hidden, text));
        }
        child("block", blocks);
        BatchNorm norm = child("bn", new BatchNorm(hidden));
        this.scales = new PooledScales(widths, down, up, norm, child("fusion", PooledScales.gates(widths)));
    }

    @Override
    public Map<String, Meaning> meanings() {
        Map<String, Meaning> out = new LinkedHashMap<>();
        for (int i = 0; i < blocks.size(); i++) {
            out.put("block." + i + ".tma", Meaning.CONTEXT_ATTENTION);
        }
        return out;
    }

    @Override
    public List<Var> forward(Tape tape, List<Var> maps, Sentence sentence) {
        if (!on) {
            return maps;
        }
        return callAll(
                tape,
                () -> scales.forward(tape, maps, x -> {
                    Var cells = Reshape.apply(tape, x, x.dim(0), x.dim(1) * x.dim(2), x.dim(3));
                    for (Block block : blocks.items()) {
                        Var input = cells;
                        cells = tape.scope(blocks.name(), () -> block.forward(tape, input, sentence.words()));
                    }
                    return Reshape.apply(tape, cells, x.shape().dims());
                }));
    }
}
