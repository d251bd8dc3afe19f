package dev.swath.fianet.model.skeleton;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Resize;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.Trunk;
import dev.swath.fianet.model.parts.MaskDecoder;
import dev.swath.fianet.model.parts.Refiner;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.Words;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.optim.ParameterGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole network: an image and a sentence to one pair of logits per pixel. The text encoder runs once, on a batch of one
 * copy of the sentence for each stream, each under its own attention mask.
 */
public abstract class SkeletonNetwork extends ReferringNetwork {
    private final Backbone backbone;
    private final MaskDecoder classifier;
    private final BertEncoder textEncoder;
    private final @Nullable Refiner refiner;

    /** With unset parameters; load or initialise them. */
    @SuppressWarnings("this-escape") // a module only notes its children
    protected SkeletonNetwork(TrunkConfig config, Backbone backbone, MaskDecoder classifier) {
        this.backbone = child("backbone", backbone);
        this.classifier = child("classifier", classifier);
        this.textEncoder = child("text_encoder", new BertEncoder(config.text()));
        int channels = config.refinerChannels();
        this.refiner = channels == 0 ? null : child("refiner", new Refiner(channels));
    }

    @Override
    public final Var forward(Tape tape, Var image, SentenceInput sentences) {
        return call(tape, () -> {
            Supplier<Sentence> sentence = tape.beside(() -> encode(tape, sentences));
            List<Var> maps = backbone.forward(tape, image, sentence);
            Var classes = classifier.forward(tape, maps, sentence.get());
            Var logits = Cast.apply(tape, classes, tape.precision().sums(classes.dtype()));
            Var whole = Resize.bilinear(tape, logits, image.dim(1), image.dim(2), true);
            return refiner == null ? whole : refiner.forward(tape, image, whole);
        });
    }

    private Sentence encode(Tape tape, SentenceInput in) {
        int batch = in.batch();
        Var features = textEncoder.forward(tape, in.ids(), in.masks());
        Words words =
                new Words(features, in.masks()).rounded(tape, tape.precision().activations(features.dtype()));
        List<Words> out = new ArrayList<>();
        for (int i = 0; i < streams().size(); i++) {
            out.add(words.sentences(tape, i * batch, batch));
        }
        return new Sentence(out);
    }

    @Override
    public List<ParameterGroup> groups(double weightDecay, int textLayers, boolean textEmbeddings) {
        return Trunk.groups(this, weightDecay, textLayers, textEmbeddings);
    }

    @Override
    public Optional<String> swinName(String own) {
        return Trunk.swinName(own);
    }

    @Override
    public Optional<String> bertName(String own) {
        return Trunk.bertName(own);
    }

    @Override
    public boolean isStep(String path) {
        return Trunk.isStep(path);
    }
}
