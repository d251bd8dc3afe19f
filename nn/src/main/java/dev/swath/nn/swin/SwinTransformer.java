package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import java.util.ArrayList;
import java.util.List;

/**
 * The Swin transformer as a backbone (Liu et al. 2021): patch embedding, stages of windowed attention, patch merging
 * between them. Any image size. The shift is applied whatever the size of the grid.
 */
public final class SwinTransformer extends Module {
    private static final class Stage extends Module {
        private final ModuleList<SwinBlock> blocks;
        private final List<PatchMerging> downsample = new ArrayList<>(1);

        Stage(SwinConfig config, int i) {
            this.blocks = child("blocks", SwinBlocks.of(config, i));
            if (i < config.stages() - 1) {
                downsample.add(child("downsample", new PatchMerging(config.width(i))));
            }
        }

        /** The blocks' output, and what the next stage takes if there is one. */
        List<Var> forward(Tape tape, Var x) {
            return callAll(tape, () -> {
                Var y = SwinBlocks.forward(tape, blocks, x);
                return downsample.isEmpty()
                        ? List.of(y)
                        : List.of(y, downsample.getFirst().forward(tape, y));
            });
        }
    }

    private final PatchEmbed patchEmbed;
    private final ModuleList<Stage> layers = new ModuleList<>();

    /** With unset parameters; load or initialise them. */
    public SwinTransformer(SwinConfig config) {
        this.patchEmbed = child("patch_embed", new PatchEmbed(config.patch(), config.embedDim()));
        for (int i = 0; i < config.stages(); i++) {
            layers.add(new Stage(config, i));
        }
        child("layers", layers);
    }

    /** (B, H, W, 3) to the output of each stage before its patch merging: (B, H_i, W_i, C_i). */
    public List<Var> forward(Tape tape, Var image) {
        return callAll(tape, () -> {
            List<Var> out = new ArrayList<>();
            Var x = patchEmbed.forward(tape, image);
            for (Stage stage : layers.items()) {
                Var in = x;
                List<Var> mapAndNext = tape.scopeAll(layers.name(), () -> stage.forward(tape, in));
                out.add(mapAndNext.getFirst());
                x = mapAndNext.getLast();
            }
            return out;
        });
    }
}
