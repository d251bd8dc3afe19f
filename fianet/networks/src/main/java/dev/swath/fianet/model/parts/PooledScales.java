package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.AdaptiveAvgPool;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Narrow;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What multi-scale modules do around their blocks: all maps pooled to the last one's grid and concatenated, a quarter of the
 * channels, [the blocks], batch norm, back to all channels, and a scale-aware gate for each map. It is not a module: its parts
 * stand directly under their owner in the published names, {@code down_channel, up_channel, [block], bn, fusion}.
 *
 * @param widths channels of the maps, finest first
 * @param down to a quarter of the channels
 * @param up back to all
 * @param norm before {@code up}
 * @param gates one a map
 */
public record PooledScales(
        List<Integer> widths, Pointwise down, Pointwise up, BatchNorm norm, ModuleList<ScaleAwareGate> gates) {
    /** Copies. */
    public PooledScales {
        widths = List.copyOf(widths);
    }

    /** Channels of all maps together. */
    public static int sum(List<Integer> widths) {
        return widths.stream().mapToInt(Integer::intValue).sum();
    }

    /** Channels between {@code down} and {@code up}. */
    public static int hidden(List<Integer> widths) {
        return sum(widths) / 4;
    }

    /** New {@code down}. */
    public static Pointwise down(List<Integer> widths) {
        return new Pointwise(sum(widths), hidden(widths), 2);
    }

    /** New {@code up}. */
    public static Pointwise up(List<Integer> widths) {
        return new Pointwise(hidden(widths), sum(widths), 2);
    }

    /** New {@code gates}. */
    public static ModuleList<ScaleAwareGate> gates(List<Integer> widths) {
        ModuleList<ScaleAwareGate> gates = new ModuleList<>();
        widths.forEach(w -> gates.add(new ScaleAwareGate(w)));
        return gates;
    }

    /** Maps (B, H_i, W_i, C_i) to as many of the same shapes; {@code blocks} takes and gives (B, H, W, C) of the last grid. */
    public List<Var> forward(Tape tape, List<Var> maps, UnaryOperator<Var> blocks) {
        Var last = maps.getLast();
        Var[] pooled = maps.stream()
                .map(m -> AdaptiveAvgPool.apply(tape, m, last.dim(1), last.dim(2)))
                .toArray(Var[]::new);
        Var x = blocks.apply(down.forward(tape, Concat.apply(tape, 3, pooled)));
        Var y = up.forward(tape, norm.forward(tape, x));
        List<Var> out = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < widths.size(); i++) {
            Var coarse = Narrow.apply(tape, y, 3, from, from + widths.get(i));
            Var map = maps.get(i);
            ScaleAwareGate gate = gates.get(i);
            out.add(tape.scope(gates.name(), () -> gate.forward(tape, map, coarse)));
            from += widths.get(i);
        }
        return out;
    }
}
