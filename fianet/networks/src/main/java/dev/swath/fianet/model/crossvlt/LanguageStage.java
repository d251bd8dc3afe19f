package dev.swath.fianet.model.crossvlt;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reshape;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.bert.BertAttention;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertIntermediate;
import dev.swath.nn.bert.BertLayer;
import dev.swath.nn.bert.BertOutput;
import java.util.List;

/**
 * A later language stage: words ask all pixels of the vision stage before, with BERT's residual and norm; a feed-forward part as
 * in BERT; then an ordinary layer of BERT among the words.
 */
final class LanguageStage extends Module {
    private final BertAttention cross;
    private final BertIntermediate intermediate;
    private final BertOutput output;
    private final ModuleList<BertLayer> layer = new ModuleList<>();
    private final Linear proj;

    /**
     * With unset parameters.
     *
     * @param text sizes of a layer
     * @param pixels width of the pixels
     * @param alignment width in which pixels and sentence are compared
     */
    LanguageStage(BertConfig text, int pixels, int alignment) {
        this.cross = child("crossattention", new BertAttention(text, pixels));
        this.intermediate = child("intermediate", new BertIntermediate(text));
        this.output = child("output", new BertOutput(text, text.intermediate()));
        layer.add(new BertLayer(text));
        child("layer", layer);
        this.proj = child("proj", new Linear(text.hidden(), alignment, true));
    }

    /**
     * Words (B, N, D), their mask (B, N) and pixels (B, L, C) to words (B, N, D), and, with {@code align}, the sentence (B, A) as
     * pixels are compared with it.
     */
    List<Var> forward(Tape tape, Var words, Var mask, Var pixels, boolean align) {
        return callAll(tape, () -> {
            Var asked = cross.forward(tape, words, pixels, null);
            Var mixed = output.forward(tape, intermediate.forward(tape, asked), asked);
            Var out = tape.scope(layer.name(), () -> layer.get(0).forward(tape, mixed, mask));
            return results(tape, out, proj, align);
        });
    }

    /** The words and, with {@code align}, the projection of the first one, which stands for the sentence. */
    static List<Var> results(Tape tape, Var words, Linear proj, boolean align) {
        if (!align) {
            return List.of(words);
        }
        Var first = Reshape.apply(tape, Narrow.apply(tape, words, 1, 0, 1), words.dim(0), words.dim(2));
        return List.of(words, proj.forward(tape, first));
    }
}
