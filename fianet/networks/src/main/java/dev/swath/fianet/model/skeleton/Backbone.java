package dev.swath.fianet.model.skeleton;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.MultiScale;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.PatchEmbed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The Swin stages with their alignments, a layer norm for each map, and the multi-scale module behind them, if there is one. */
public final class Backbone extends Module implements Meant {
    private final int patch;
    private final PatchEmbed patchEmbed;
    private final ModuleList<SwinStage> layers = new ModuleList<>();
    private final List<LayerNorm> norms = new ArrayList<>();
    private @Nullable MultiScale multiScale;

    /** With stages 0 to 3, unset parameters, and no multi-scale module. */
    public Backbone(TrunkConfig config, IntFunction<? extends SwinStage> stages) {
        this.patch = config.vision().patch();
        this.patchEmbed =
                child("patch_embed", new PatchEmbed(patch, config.vision().embedDim()));
        for (int i = 0; i < TrunkConfig.STAGES; i++) {
            layers.add(stages.apply(i));
        }
        child("layers", layers);
        for (int i = 0; i < TrunkConfig.STAGES; i++) {
            norms.add(child("norm" + i, new LayerNorm(config.vision().width(i), 1e-5)));
        }
    }

    /** With a multi-scale module of that name. */
    public Backbone with(String name, MultiScale module) {
        this.multiScale = child(name, module);
        return this;
    }

    @Override
    public Map<String, Meaning> meanings() {
        Map<String, Meaning> out = new LinkedHashMap<>();
        for (int i = 0; i < TrunkConfig.STAGES; i++) {
            out.put(layers.name() + "." + i, Meaning.STAGE);
        }
        if (multiScale != null) {
            out.put(multiScale.name(), Meaning.MULTI_SCALE);
        }
        return out;
    }

    /** The image (B, H, W, 3) and the sentence, asked for when the first stage needs it, to four maps, finest first. */
    public List<Var> forward(Tape tape, Var image, Supplier<Sentence> sentence) {
        return callAll(tape, () -> {
            int smallest = 8 * patch;
            if (image.dim(1) <= smallest && image.dim(2) <= smallest) {
                throw new ModuleException("[backbone] the image must be larger than " + smallest
                        + " pixels in one direction, for the last stage needs more than one cell; got "
                        + image.value().describe());
            }
            Var x = patchEmbed.forward(tape, image);
            List<Var> maps = new ArrayList<>();
            for (int i = 0; i < TrunkConfig.STAGES; i++) {
                Var input = x;
                SwinStage stage = layers.get(i);
                List<Var> r = tape.scopeAll(layers.name(), () -> stage.forward(tape, input, sentence));
                x = r.getLast();
                maps.add(norms.get(i).forward(tape, r.getFirst()));
            }
            return multiScale == null ? maps : multiScale.forward(tape, maps, sentence.get());
        });
    }
}
