package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.nn.Module;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A network that marks in an image what a sentence names: all that training, inference and the command line know of one.
 * Besides this class a network needs a {@link NetworkConfig} and a {@link NetworkProvider}; {@code docs/adding-a-network.md}
 * shows one.
 */
public abstract class ReferringNetwork extends Module {
    /** For subclasses. */
    protected ReferringNetwork() {}

    /** What it was made by. */
    public abstract NetworkConfig config();

    /**
     * Logits at the image's own size.
     *
     * @param image (B, H, W, 3), normalised
     * @param sentences laid out for {@link #streams}
     * @return (B, H, W, 2); class 1 is the object
     */
    public abstract Var forward(Tape tape, Var image, SentenceInput sentences);

    /** The streams in which it reads a sentence, by the words that each sees; by default one, which sees them all. */
    public List<Phrase> streams() {
        return List.of(Phrase.CONTEXT);
    }

    /**
     * What a training step makes small; by default the loss of the logits. A network with further outputs, which matter in
     * training only, adds theirs.
     *
     * @param target (B, H, W), i64, 1 for the object, else 0; from {@link Tape#indices}
     * @param loss of the logits, as the training's configuration says
     * @return a scalar
     */
    public Var loss(Tape tape, Var image, SentenceInput sentences, Tensor target, SegmentationLoss loss) {
        return loss.forward(tape, logits(tape, image, sentences), target);
    }

    /**
     * The optimizer's groups in checkpoint order. A parameter that stands in none keeps its value. By default one group of
     * all, which decay.
     *
     * @param weightDecay of those that decay
     * @param textLayers so many of the text encoder's first layers learn, or all there are
     * @param textEmbeddings whether the text encoder's embeddings learn
     */
    public List<ParameterGroup> groups(double weightDecay, int textLayers, boolean textEmbeddings) {
        return List.of(new ParameterGroup("all", namedParameters(), weightDecay));
    }

    /** The name that one of its tensors has in an official Swin file, or nothing; by default nothing. */
    public Optional<String> swinName(String own) {
        return Optional.empty();
    }

    /** The name that one of its tensors has in a BERT folder, or nothing; by default nothing. */
    public Optional<String> bertName(String own) {
        return Optional.empty();
    }

    /**
     * How many of a BERT's layers it has a place for, its first ones; those of a deeper BERT are then left out. By default nothing:
     * a BERT must have as many layers as the network.
     */
    public OptionalInt bertLayers() {
        return OptionalInt.empty();
    }

    /** Whether a module is a step of a pass when progress is told: modules of about equal work. By default its own children. */
    public boolean isStep(String path) {
        return !path.isEmpty() && path.indexOf('.') < 0;
    }

    /** What it can take. */
    public final Limits limits() {
        return config().limits();
    }

    /** An image (B, H, W, 3) in host memory, brought to where the tape runs. */
    public final Var upload(Tape tape, Tensor image) {
        return tape.constant(image);
    }

    /** {@link #forward} in the tape's precision: the image is cast to it, and the logits back to the type of the image. */
    public final Var logits(Tape tape, Var image, SentenceInput sentences) {
        return inPrecision(tape, image, sentences, (i, s) -> List.of(forward(tape, i, s)))
                .getFirst();
    }

    /**
     * A pass in the tape's precision: the image is cast to it, and all that the pass gives back to the type of the image. Sentences stay
     * as they are: so little is computed of them, and so alike are their words, that only what goes to the image is rounded.
     */
    protected final List<Var> inPrecision(
            Tape tape, Var image, SentenceInput sentences, BiFunction<Var, SentenceInput, List<Var>> pass) {
        DType type = tape.precision().activations(image.dtype());
        if (type == image.dtype()) {
            return pass.apply(image, sentences);
        }
        return pass.apply(Cast.apply(tape, image, type), sentences).stream()
                .map(v -> Cast.apply(tape, v, image.dtype()))
                .toList();
    }

    /**
     * One answer on an inference tape: uploads, runs, hands the logits (B, H, W, 2) to the reader, and lets all memory of the
     * pass be used again. What the reader keeps it must copy.
     */
    public final <T> T answer(Tape tape, Tensor image, SentenceBatch sentences, Function<Tensor, T> reader) {
        Var there = upload(tape, image);
        SentenceInput input = sentences.upload(tape, this);
        return tape.reading("", () -> reader.apply(logits(tape, there, input).value()));
    }
}
