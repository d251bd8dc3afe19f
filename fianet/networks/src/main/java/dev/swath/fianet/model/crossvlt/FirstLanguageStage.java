package dev.swath.fianet.model.crossvlt;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEmbeddings;
import dev.swath.nn.bert.BertLayer;
import dev.swath.tensor.Tensor;
import java.util.List;

/** The first language stage: BERT's embeddings and first layers. */
final class FirstLanguageStage extends Module {
    private static final class Encoder extends Module {
        private final ModuleList<BertLayer> layer = new ModuleList<>();
        private final Linear proj;

        Encoder(BertConfig text, int alignment) {
            for (int i = 0; i < text.layers(); i++) {
                layer.add(new BertLayer(text));
            }
            child("layer", layer);
            this.proj = child("proj", new Linear(text.hidden(), alignment, true));
        }

        List<Var> forward(Tape tape, Var x, Var mask, boolean align) {
            return callAll(tape, () -> {
                Var words = tape.scope(layer.name(), () -> {
                    Var y = x;
                    for (BertLayer one : layer.items()) {
                        y = one.forward(tape, y, mask);
                    }
                    return y;
                });
                return LanguageStage.results(tape, words, proj, align);
            });
        }
    }

    private final BertEmbeddings embeddings;
    private final Encoder encoder;

    /** With unset parameters; {@code alignment} is the width in which pixels and sentence are compared. */
    FirstLanguageStage(BertConfig text, int alignment) {
        this.embeddings = child("embeddings", new BertEmbeddings(text));
        this.encoder = child("encoder", new Encoder(text, alignment));
    }

    /** Ids (B, N) and their mask to words (B, N, D), and, with {@code align}, the sentence (B, A) as pixels are compared with it. */
    List<Var> forward(Tape tape, Tensor ids, Var mask, boolean align) {
        return callAll(
                tape,
                () -> encoder.forward(
                        tape, Cast.apply(tape, embeddings.forward(tape, ids), mask.dtype()), mask, align));
    }
}
