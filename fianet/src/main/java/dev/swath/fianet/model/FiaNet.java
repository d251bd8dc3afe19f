package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Resize;
import dev.swath.nn.Module;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;

/**
 * The whole network: an image and a sentence to one pair of logits per pixel. The text encoder runs once on a batch of
 * three copies of the sentence, each under another attention mask.
 */
public final class FiaNet extends Module {
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
    public FiaNetConfig config() {
        return config;
    }

    /**
     * Logits at the image's own size.
     *
     * @param image (B, H, W, 3), normalised
     * @param ids (B, N) WordPiece ids, i64
     * @param context (B, N), 1 for every piece of the sentence
     * @param object (B, N), 1 for the object's pieces
     * @param position (B, N), 1 for the position's pieces
     * @return (B, H, W, 2); class 1 is the object
     */
    public Var forward(Tape tape, Var image, Tensor ids, Var context, Var object, Var position) {
        return call(tape, () -> {
            Sentence sentence = encode(tape, ids, context, object, position);
            Var logits = classifier.forward(tape, backbone.forward(tape, image, sentence));
            return Resize.bilinear(tape, logits, image.dim(1), image.dim(2), true);
        });
    }

    private Sentence encode(Tape tape, Tensor ids, Var context, Var object, Var position) {
        int batch = ids.dim(0);
        int length = ids.dim(1);
        Tensor three = Tensor.zeros(ids.dtype(), Shape.of(3 * batch, length));
        Tensor masks = Tensor.zeros(context.dtype(), Shape.of(3 * batch, length));
        Var[] each = {context, object, position};
        for (int i = 0; i < 3; i++) {
            three.slice(0, i * batch, (i + 1) * batch).copyFrom(ids);
            masks.slice(0, i * batch, (i + 1) * batch).copyFrom(each[i].value());
        }
        Var words = textEncoder.forward(tape, three, Var.constant(masks));
        Words[] out = new Words[3];
        for (int i = 0; i < 3; i++) {
            out[i] = new Words(Narrow.apply(tape, words, 0, i * batch, (i + 1) * batch), each[i]);
        }
        return new Sentence(out[0], out[1], out[2]);
    }
}
