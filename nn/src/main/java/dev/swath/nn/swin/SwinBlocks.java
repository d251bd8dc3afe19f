package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.nn.ModuleList;

/** The blocks of one stage. */
public final class SwinBlocks {
    private SwinBlocks() {}

    /** The blocks of stage {@code stage}: every second one shifts its windows by half a window. */
    public static ModuleList<SwinBlock> of(SwinConfig config, int stage) {
        ModuleList<SwinBlock> blocks = new ModuleList<>();
        for (int j = 0; j < config.depths().get(stage); j++) {
            int shift = j % 2 == 0 ? 0 : config.window() / 2;
            blocks.add(new SwinBlock(
                    config.width(stage),
                    config.heads().get(stage),
                    config.window(),
                    shift,
                    config.mlpRatio(),
                    config.dropPath(stage, j)));
        }
        return blocks;
    }

    /** Runs them in order, each a checkpoint if the tape asks for that. */
    public static Var forward(Tape tape, ModuleList<SwinBlock> blocks, Var x) {
        return tape.scope(blocks.name(), () -> {
            Var y = x;
            for (SwinBlock block : blocks.items()) {
                y = tape.checkpointing() ? tape.checkpoint(v -> block.forward(tape, v), y) : block.forward(tape, y);
            }
            return y;
        });
    }
}
