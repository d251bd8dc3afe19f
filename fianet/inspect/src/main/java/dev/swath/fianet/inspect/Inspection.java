package dev.swath.fianet.inspect;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.kernels.Backend;
import dev.swath.nn.inspect.ModuleCall;
import dev.swath.nn.inspect.OpRecord;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.inspect.PassRecorder;
import dev.swath.nn.inspect.Result;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a referring network over one image and one sentence, written down: every module that was called, with its shape, time,
 * operations and what its results are like; the tensors that were asked for; and what each cell attends to among the words. The pass
 * is that of {@link ReferringSegmenter#segment}, or of the network alone, and being looked at changes no bit of it.
 */
public final class Inspection {
    private final Scene scene;
    private final String sentence;
    private final Tokens tokens;
    private final List<WordPiece> words;
    private final Parts parts;
    private final Watch.Outcome outcome;

    private Inspection(Scene scene, String sentence, Tokens tokens, List<WordPiece> words, Watch.Outcome outcome) {
        this.scene = scene;
        this.sentence = sentence;
        this.tokens = tokens;
        this.words = words;
        this.parts = Parts.of(scene.network());
        this.outcome = outcome;
    }

    /** Keeps what belongs to the words. */
    public static Inspection of(ReferringSegmenter segmenter, RgbImage image, String sentence) {
        return of(segmenter, image, sentence, InspectionOptions.defaults());
    }

    /** Looks as the options say. */
    public static Inspection of(
            ReferringSegmenter segmenter, RgbImage image, String sentence, InspectionOptions options) {
        return of(segmenter, image, sentence, options, PassRecorder.Observer.NOBODY);
    }

    /** Looks as the options say, and shows every tensor as it goes by. */
    public static Inspection of(
            ReferringSegmenter segmenter,
            RgbImage image,
            String sentence,
            InspectionOptions options,
            PassRecorder.Observer observer) {
        ParsedExpression parsed = segmenter.parse(sentence);
        return of(Scene.of(segmenter, image), sentence, Tokens.of(parsed), parsed, options, observer);
    }

    /** Looks by tokens that the caller made: the model needs no vocabulary. */
    public static Inspection of(
            ReferringSegmenter segmenter, RgbImage image, Tokens tokens, InspectionOptions options) {
        return of(segmenter, image, tokens, options, PassRecorder.Observer.NOBODY);
    }

    /** Looks by tokens that the caller made, and shows every tensor as it goes by. */
    public static Inspection of(
            ReferringSegmenter segmenter,
            RgbImage image,
            Tokens tokens,
            InspectionOptions options,
            PassRecorder.Observer observer) {
        return of(Scene.of(segmenter, image), "", tokens, null, options, observer);
    }

    /**
     * Looks into a network that is no segmenter's, by what it is to see: neither a picture nor a vocabulary is needed. It computes in
     * the type of the image: an f64 image wants f64 weights, and the masks follow.
     *
     * @param network with its weights, on the backend
     * @param image (1, H, W, 3), normalised; shown as if by the statistics of {@link
     *     dev.swath.fianet.image.Preprocessor#imageNet}
     * @param title what stands in the place of the sentence, for people; may be empty
     */
    public static Inspection of(
            ReferringNetwork network,
            Backend backend,
            Tensor image,
            String title,
            Tokens tokens,
            InspectionOptions options,
            PassRecorder.Observer observer) {
        return of(Scene.of(network, backend, image), title, tokens, null, options, observer);
    }

    private static Inspection of(
            Scene scene,
            String sentence,
            Tokens tokens,
            @Nullable ParsedExpression parsed,
            InspectionOptions options,
            PassRecorder.Observer observer) {
        if (!options.keep().modules().isEmpty() || !options.keep().ops().isEmpty()) {
            Plan plan = Watch.plan(scene.network(), scene.height(), scene.width(), tokens.ids().length, options.keep());
            if (plan.remaining() > options.memory()) {
                throw new InspectionException("[inspect] what is to be kept takes " + plan.remaining()
                        + " bytes, which must be at most " + options.memory() + "; keep fewer tensors or allow more");
            }
        }
        Watch.Outcome outcome = Watch.run(scene, tokens, options, observer);
        return new Inspection(scene, sentence, tokens, Words.of(tokens, parsed), outcome);
    }

    /** What looking so will take, for sentences of {@code words} pieces, without running the network. */
    public static Plan plan(ReferringSegmenter segmenter, int words, InspectionOptions options) {
        int side = segmenter.preprocessor().size();
        return Watch.plan(segmenter.network(), side, side, words, options.keep());
    }

    /** The network's own module, with all others below it in the order in which they ended. */
    public ModuleCall root() {
        return record().root();
    }

    /** All calls of modules, each before those inside it. */
    public List<ModuleCall> modules() {
        return record().modules();
    }

    /** What left each module, by its name. */
    public Map<String, Result> results() {
        return record().results();
    }

    /** All ops in order. */
    public List<OpRecord> ops() {
        return record().ops();
    }

    /** The whole record. */
    public PassRecord record() {
        return outcome.record();
    }

    /** Names of the tensors that were kept. */
    public Set<String> kept() {
        return record().tensors().keySet();
    }

    /** A tensor that was kept, by {@link Result#name}, bit for bit as it left the module; in processor memory. */
    public Tensor tensor(String name) {
        return record().tensor(name);
    }

    /** What a kept op read and gave, by the names of its arguments and {@code ""} for its result. */
    public Map<String, Tensor> opTensors(String op) {
        return record().opTensors(op);
    }

    /** The pieces that the network read, padding among them. */
    public List<WordPiece> words() {
        return words;
    }

    /** The attention from cells to words, in the order of the pass: by stage and branch, then that of the multi-scale module. */
    public List<WordAttention> wordAttention() {
        return outcome.attention();
    }

    /** The attention of one stage, 1 to 4, and branch, if the network has it. */
    public Optional<WordAttention> wordAttention(int stage, Branch branch) {
        return outcome.attention().stream()
                .filter(a -> a.stage() == stage && a.branch() == branch)
                .findFirst();
    }

    /** What the modules mean that say so. */
    public List<Part> parts() {
        return parts.list();
    }

    /** The gates that were asked in this pass; what each gave stands among {@link #results}. */
    public List<Part> gates() {
        Set<String> called = results().keySet();
        return parts.list().stream()
                .filter(p -> p.meaning() == Meaning.GATE || p.meaning() == Meaning.OBJECT_GATE)
                .filter(p -> called.contains(p.path()))
                .toList();
    }

    /** The weights of the object branch's cells, by stage. */
    public List<SpatialPrior> spatialPriors() {
        List<SpatialPrior> out = new ArrayList<>();
        for (Part p : parts.all(Meaning.SPATIAL_PRIOR)) {
            Map<String, Tensor> op = record().opTensors().get(Parts.sigmoid(p));
            if (op != null) {
                Tensor w = op.get("");
                out.add(new SpatialPrior(p.path(), Parts.sigmoid(p), p.stage(), w.reshape(w.dim(1), w.dim(2))));
            }
        }
        return List.copyOf(out);
    }

    /** The weights of the channels, by stage. */
    public List<ChannelWeights> channelWeights() {
        List<ChannelWeights> out = new ArrayList<>();
        for (Part p : parts.all(Meaning.CHANNEL_WEIGHTS)) {
            Tensor w = record().tensors().get(p.path());
            if (w != null) {
                out.add(new ChannelWeights(p.path(), p.stage(), w.reshape(w.dim(-1))));
            }
        }
        return List.copyOf(out);
    }

    /** What the segmenter answered. */
    public SegmentationResult result() {
        return outcome.result();
    }

    /** True for each pixel of the object, row by row, at the image's own size. */
    public boolean[] mask() {
        return outcome.result().mask();
    }

    /** (1, 2, H, W) as the network gives them. */
    public Tensor logits() {
        return outcome.result().logits();
    }

    /** The image; of one that was given as numbers, what they were made of. */
    public RgbImage image() {
        return scene.image();
    }

    /** The image as the network sees it. */
    public RgbImage seen() {
        return scene.seen().get();
    }

    /** The sentence; where tokens were given, what was said in its place. */
    public String sentence() {
        return sentence;
    }

    /** The sentence as the network takes it, before any intervention. */
    public Tokens tokens() {
        return tokens;
    }

    /** What was looked into. */
    public ReferringNetwork network() {
        return scene.network();
    }

    /** Where it ran. */
    public Backend backend() {
        return scene.backend();
    }

    /** The same network, image and backend, to be asked again. */
    Scene scene() {
        return scene;
    }
}
