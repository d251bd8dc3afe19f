package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Narrow;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Cross-scale interaction (RMSIN's CIM, {@code backbone.cim}): the maps pooled together as {@link PooledScales} does, and between
 * them y + attention(y) over cells at three scales, y + a feed-forward for each map's channels by themselves, y + attention(y), and
 * y + a feed-forward over all channels. It knows no text. Liu et al., "Rotated multi-scale interaction network for referring
 * remote sensing image segmentation", CVPR 2024.
 */
public final class CrossScaleInteraction extends MultiScale {
    /** y + inside(y), with the inside under the name {@code m}. */
    private static final class Residual extends Module {
        private final BiFunction<Tape, Var, Var> inside;

        Residual(Module m, BiFunction<Tape, Var, Var> inside) {
            child("m", m);
            this.inside = inside;
        }

        static Residual of(FeedForward m) {
            return new Residual(m, m::forward);
        }

        static Residual of(CrossScaleAttention m) {
            return new Residual(m, m::forward);
        }

        static Residual of(EachPart m) {
            return new Residual(m, m::forward);
        }

        Var forward(Tape tape, Var y) {
            return call(tape, () -> Binary.add(tape, y, inside.apply(tape, y)));
        }
    }

    /** 1x1(ReLU6(3x3(bn(1x1(bn(y)))))) of d, 2d, 2d and d channels, the 3x3 in d groups. */
    private static final class FeedForward extends Module {
        private final BatchNorm norm1;
        private final Pointwise conv1;
        private final BatchNorm norm2;
        private final Conv2d conv2;
        private final Pointwise conv3;

        FeedForward(int channels) {
            int inner = 2 * channels;
            this.norm1 = child("bn1", new BatchNorm(channels));
            this.conv1 = child("conv1", new Pointwise(channels, inner, 2));
            this.norm2 = child("bn2", new BatchNorm(inner));
            this.conv2 = child("conv2", new Conv2d(inner, inner, 3, 1, 1, channels, 1, true));
            this.conv3 = child("conv3", new Pointwise(inner, channels, 2));
        }

        Var forward(Tape tape, Var y) {
            return call(tape, () -> {
                Var hidden = norm2.forward(tape, conv1.forward(tape, norm1.forward(tape, y)));
                return conv3.forward(tape, conv2.forward(tape, List.of(hidden), Activation.RELU6));
            });
        }
    }

    /** The channels of each map through a feed-forward of their own. */
    private static final class EachPart extends Module {
        private final List<Residual> parts = new ArrayList<>();
        private final List<Integer> channels;

        EachPart(List<Integer> widths) {
            this.channels = widths.stream().map(w -> w / 4).toList();
            for (int i = 0; i < channels.size(); i++) {
                parts.add(child("ff" + (i + 1), Residual.of(new FeedForward(channels.get(i)))));
            }
        }

        Var forward(Tape tape, Var y) {
            return call(tape, () -> {
                Var[] out = new Var[parts.size()];
                int from = 0;
                for (int i = 0; i < out.length; i++) {
                    int to = from + channels.get(i);
                    out[i] = parts.get(i).forward(tape, Narrow.apply(tape, y, 3, from, to));
                    from = to;
                }
                return Concat.apply(tape, 3, out);
            });
        }
    }

    private static final class Block extends Module {
        private final List<Residual> parts;

        Block(List<Integer> widths, CrossScaleConfig config) {
            int hidden = PooledScales.hidden(widths);
            this.parts = List.of(
                    child("csa1", Residual.of(new CrossScaleAttention(hidden, config))),
                    child("intra_ff", Residual.of(new EachPart(widths))),
                    child("csa2", Residual.of(new CrossScaleAttention(hidden, config))),
                    child("ff", Residual.of(new FeedForward(hidden))));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var y = x;
                for (Residual part : parts) {
                    y = part.forward(tape, y);
                }
                return y;
            });
        }
    }

    private final CrossScaleConfig config;
    private final ModuleList<Block> blocks = new ModuleList<>();
    private final PooledScales scales;

    /** For maps of these widths, each a multiple of 4. */
    public CrossScaleInteraction(List<Integer> widths, CrossScaleConfig config) {
        this.config = config;
        CrossScaleConfig.requireWidths(widths);
        Pointwise down = child("down_channel", PooledScales.down(widths));
        Pointwise up = child("up_channel", PooledScales.up(widths));
        child("block", blocks.add(new Block(widths, config)));
        BatchNorm norm = child("bn", new BatchNorm(PooledScales.hidden(widths)));
        this.scales = new PooledScales(widths, down, up, norm, child("fusion", PooledScales.gates(widths)));
    }

    /** Maps (B, H_i, W_i, C_i), the last with a grid of a x a, to as many of the same shapes; the sentence is not looked at. */
    @Override
    public List<Var> forward(Tape tape, List<Var> maps, Sentence sentence) {
        return forward(tape, maps);
    }

    List<Var> forward(Tape tape, List<Var> maps) {
        return callAll(tape, () -> {
            Var last = maps.getLast();
            if (last.dim(1) != config.side() || last.dim(2) != config.side()) {
                throw new ModuleException("[cim] the last grid must be " + config.side() + " x " + config.side()
                        + " cells, which is that of square images of " + 8 * config.side()
                        + " patches a side; got " + last.dim(1) + " x " + last.dim(2));
            }
            return scales.forward(
                    tape,
                    maps,
                    x -> tape.scope(blocks.name(), () -> blocks.get(0).forward(tape, x)));
        });
    }
}
