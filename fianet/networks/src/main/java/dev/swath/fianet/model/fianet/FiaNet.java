package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Resize;
import dev.swath.fianet.model.Decoder;
import dev.swath.fianet.model.Phrase;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.Trunk;
import dev.swath.fianet.model.Words;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.optim.ParameterGroup;
import java.util.List;
import java.util.Optional;

/**
 * The whole network: an image and a sentence to one pair of logits per pixel. The text encoder runs once on a batch of
 * three copies of the sentence, each under another attention mask.
 */
public final class FiaNet extends ReferringNetwork {
    private final FiaNetConfig config;
    private final Backbone backbone;
    private final Decoder classifier;
    private final BertEncoder textEncoder;

    /** With unset parameters; load or initialise them. */
    public FiaNet(FiaNetConfig config) {
        this.config = config;
        this.backbone = child("backbone", new Backbone(config));
        this.classifier = child("classifier", new Decoder(config.vision().width(3)));
        this.textEncoder = child("text_encoder", new BertEncoder(config.text()));
    }

    /** The configuration. */
    @Override
    public FiaNetConfig config() {
        return config;
    }

    /** The whole sentence, the object and the position. */
    @Override
    public List<Phrase> streams() {
        return List.of(Phrase.CONTEXT, Phrase.OBJECT, Phrase.POSITION);
    }

    @Override
    public Var forward(Tape tape, Var image, SentenceInput sentences) {
        return call(tape, () -> {
            Sentence sentence = encode(tape, sentences);
            Var logits = classifier.forward(tape, backbone.forward(tape, image, sentence));
            return Resize.bilinear(tape, logits, image.dim(1), image.dim(2), true);
        });
    }

    private Sentence encode(Tape tape, SentenceInput in) {
        int batch = in.batch();
        Var words = textEncoder.forward(tape, in.ids(), in.masks());
        Words[] out = new Words[3];
        for (int i = 0; i < 3; i++) {
            out[i] = new Words(Narrow.apply(tape, words, 0, i * batch, (i + 1) * batch), in.mask(i));
        }
        return new Sentence(out[0], out[1], out[2]);
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
        return Trunk.isStep(path) || path.equals("backbone.tmem");
    }
}
