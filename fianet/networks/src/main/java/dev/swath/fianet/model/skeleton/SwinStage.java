package dev.swath.fianet.model.skeleton;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.PatchMerging;
import dev.swath.nn.swin.StageBlock;
import dev.swath.nn.swin.SwinBlocks;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a backbone: Swin blocks, alignment of their cells with the sentence, patch merging (not in the last). A
 * subclass registers its parts in the published order: those between blocks and merging, then {@link #merge}, then others.
 */
public abstract class SwinStage extends Module {
    /**
     * What an alignment gives.
     *
     * @param map for the multi-scale module or the decoder, (B, L, C)
     * @param next what goes on to the next stage, (B, L, C), or null where nothing needs it
     */
    public record Aligned(Var map, @Nullable Var next) {}

    private final ModuleList<? extends StageBlock> blocks;
    private @Nullable PatchMerging downsample;

    /** With {@code blocks}. */
    @SuppressWarnings("this-escape") // a module only notes its children
    protected SwinStage(ModuleList<? extends StageBlock> blocks) {
        this.blocks = child("blocks", blocks);
    }

    /** Patch merging of {@code channels} behind the alignment: every stage but the last has it. */
    protected final void merge(int channels) {
        this.downsample = child("downsample", new PatchMerging(channels));
    }

    /** Whether no stage follows. */
    protected final boolean isLast() {
        return downsample == null;
    }

    /**
     * The alignment.
     *
     * @param x cells (B, L, C) after the blocks, row by row
     * @param height H, rows of the grid; L = H W
     */
    protected abstract Aligned align(Tape tape, Var x, int height, Sentence sentence);

    /** Cells (B, L, C) as the map (B, H, W, C) that they are. */
    protected static Var grid(Tape tape, Var x, int height) {
        return Reshape.apply(tape, x, x.dim(0), height, x.dim(1) / height, x.dim(2));
    }

    /**
     * (B, H, W, C) and the sentence to the map (B, H, W, C) and, but after the last stage, the next one's input (B, ceil(H/2),
     * ceil(W/2), 2C).
     */
    public final List<Var> forward(Tape tape, Var x, Supplier<Sentence> sentence) {
        return callAll(tape, () -> {
            Var y = SwinBlocks.forward(tape, blocks, x);
            int[] grid = y.shape().dims();
            Var cells = Reshape.apply(tape, y, grid[0], grid[1] * grid[2], grid[3]);
            Aligned r = align(tape, cells, grid[1], sentence.get());
            Var map = Reshape.apply(tape, r.map(), grid);
            return downsample == null || r.next() == null
                    ? List.of(map)
                    : List.of(map, downsample.forward(tape, Reshape.apply(tape, r.next(), grid)));
        });
    }
}
