package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.PatchEmbed;
import java.util.ArrayList;
import java.util.List;

/** The Swin stages with their alignments, and the multi-scale module behind them. */
public final class Backbone extends Module {
    private final FiaNetConfig config;
    private final PatchEmbed patchEmbed;
    private final ModuleList<Stage> layers = new ModuleList<>();
    private final List<LayerNorm> norms = new ArrayList<>();
    private final Tmem tmem;

    /** With unset parameters. */
    public Backbone(FiaNetConfig config) {
        this.config = config;
        this.patchEmbed = child(
                "patch_embed",
                new PatchEmbed(config.vision().patch(), config.vision().embedDim()));
        List<Integer> widths = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            layers.add(new Stage(config, i));
            widths.add(config.vision().width(i));
        }
        child("layers", layers);
        for (int i = 0; i < 4; i++) {
            norms.add(child("norm" + i, new LayerNorm(widths.get(i), 1e-5)));
        }
        this.tmem = child("tmem", new Tmem(widths, config.text().hidden(), config.tmemBlocks()));
    }

    /** The image (B, H, W, 3) and the sentence to four maps, finest first. */
    public List<Var> forward(Tape tape, Var image, Sentence sentence) {
        return callAll(tape, () -> {
            int smallest = 32 / 4 * config.vision().patch();
            if (image.dim(1) <= smallest && image.dim(2) <= smallest) {
                throw new ModuleException("[fianet] the image must be larger than " + smallest
                        + " pixels in one direction, for the last stage needs more than one cell; got "
                        + image.value().describe());
            }
            Var x = patchEmbed.forward(tape, image);
            List<Var> maps = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Var input = x;
                Stage stage = layers.get(i);
                List<Var> r = tape.scopeAll(layers.name(), () -> stage.forward(tape, input, sentence));
                x = r.getLast();
                maps.add(norms.get(i).forward(tape, r.getFirst()));
            }
            return config.ablation().tmem() ? tmem.forward(tape, maps, sentence.context()) : maps;
        });
    }
}
