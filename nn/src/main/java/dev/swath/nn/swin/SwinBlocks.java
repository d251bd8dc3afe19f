package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.nn.ModuleList;

/** The blocks of one stage. */
public final class SwinBlocks {
    private SwinBlocks() {}

    /**
     * Makes one block.
     *
     * @param <B> its type
     */
    @FunctionalInterface
    public interface Maker<B extends StageBlock> {
        /** A block that shifts its windows by {@code shift} cells. */
        B make(int shift, double dropPath);
    }

    /** The blocks of stage {@code stage}: every second one shifts its windows by half a window. */
    public static ModuleList<SwinBlock> of(SwinConfig config, int stage) {
        return of(
                config,
                stage,
                (shift, dropPath) -> new SwinBlock(
                        config.width(stage),
                        config.heads().get(stage),
                        config.window(),
                        shift,
                        config.mlpRatio(),
                        dropPath));
    }

    /** The same of other blocks. */
    public static <B extends StageBlock> ModuleList<B> of(SwinConfig config, int stage, Maker<B> maker) {
        ModuleList<B> blocks = new ModuleList<>();
        for (int j = 0; j < config.depths().get(stage); j++) {
            blocks.add(maker.make(j % 2 == 0 ? 0 : config.window() / 2, config.dropPath(stage, j)));
        }
        return blocks;
    }

    /**
     * Runs them in order, each a checkpoint if the tape asks for that. What they add up is of the type {@link
     * dev.swath.kernels.Precision#sums}, what goes in and comes out of that of x.
     */
    public static Var forward(Tape tape, ModuleList<? extends StageBlock> blocks, Var x) {
        return tape.scope(blocks.name(), () -> {
            Var y = Cast.apply(tape, x, tape.precision().sums(x.dtype()));
            for (StageBlock block : blocks.items()) {
                y = tape.checkpointing() ? tape.checkpoint(v -> block.forward(tape, v), y) : block.forward(tape, y);
            }
            return Cast.apply(tape, y, x.dtype());
        });
    }
}
