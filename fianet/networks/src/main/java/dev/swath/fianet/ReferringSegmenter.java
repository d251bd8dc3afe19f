package dev.swath.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.image.ImageFile;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.fianet.text.PosTagger;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.DeviceRequest;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Precision;
import dev.swath.tensor.Tensor;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.WeightsException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Marks in an aerial image what a sentence names. Open it once and share it: any number of threads may call {@code
 * segment} at the same time, and equal inputs give bit-identical results. Nothing needs to be closed but its threads.
 */
public final class ReferringSegmenter implements AutoCloseable {
    /**
     * How a segmenter is opened; {@link #defaults} suits most.
     *
     * @param device which backend
     * @param parallelism the threads, or null for one a processor
     * @param vocabulary the {@code vocab.txt}, or null for the one in the model's folder
     * @param dataset whose classes and sentence length apply, or null to go by the model
     * @param tagger who tags the words, or null for {@link PosTagger#installed}
     * @param mode how sentences become masks
     * @param modelConfig a {@code config.json} with what a bare file of weights does not carry, or null
     * @param precision how exactly the network computes
     */
    public record Options(
            DeviceRequest device,
            @Nullable Parallelism parallelism,
            @Nullable Path vocabulary,
            @Nullable DatasetVocabulary dataset,
            @Nullable PosTagger tagger,
            ExpressionParser.Mode mode,
            @Nullable Path modelConfig,
            Precision precision) {
        /** The best backend, all processors, everything else by the model. */
        public static Options defaults() {
            return new Options(
                    DeviceRequest.AUTO, null, null, null, null, ExpressionParser.Mode.REFERENCE, null, Precision.F32);
        }

        /** With another vocabulary file. */
        public Options withVocabulary(@Nullable Path file) {
            return new Options(device, parallelism, file, dataset, tagger, mode, modelConfig, precision);
        }

        /** With other threads. */
        public Options withParallelism(@Nullable Parallelism p) {
            return new Options(device, p, vocabulary, dataset, tagger, mode, modelConfig, precision);
        }

        /** With another device. */
        public Options withDevice(DeviceRequest d) {
            return new Options(d, parallelism, vocabulary, dataset, tagger, mode, modelConfig, precision);
        }

        /** With another data set. */
        public Options withDataset(@Nullable DatasetVocabulary d) {
            return new Options(device, parallelism, vocabulary, d, tagger, mode, modelConfig, precision);
        }

        /** With another tagger, or null for the one that is installed. */
        public Options withTagger(@Nullable PosTagger t) {
            return new Options(device, parallelism, vocabulary, dataset, t, mode, modelConfig, precision);
        }

        /** With another mode. */
        public Options withMode(ExpressionParser.Mode m) {
            return new Options(device, parallelism, vocabulary, dataset, tagger, m, modelConfig, precision);
        }

        /** With the {@code config.json} that a bare file of weights goes with. */
        public Options withModelConfig(@Nullable Path file) {
            return new Options(device, parallelism, vocabulary, dataset, tagger, mode, file, precision);
        }

        /** With another precision. */
        public Options withPrecision(Precision p) {
            return new Options(device, parallelism, vocabulary, dataset, tagger, mode, modelConfig, p);
        }
    }

    /**
     * The sentence as the network takes it, each an array of N numbers.
     *
     * @param ids WordPiece ids
     * @param context 1 for each real piece
     * @param object 1 for the object's pieces
     * @param position 1 for the position's pieces
     */
    public record Tokens(long[] ids, long[] context, long[] object, long[] position) {
        /** Checks. */
        public Tokens {
            if (ids.length == 0
                    || context.length != ids.length
                    || object.length != ids.length
                    || position.length != ids.length) {
                throw new IllegalArgumentException(
                        "[tokens] ids and the three masks must have the same length, at least 1; got " + ids.length
                                + ", " + context.length + ", " + object.length + " and " + position.length);
            }
            for (long[] mask : List.of(context, object, position)) {
                for (long m : mask) {
                    if (m != 0 && m != 1) {
                        throw new IllegalArgumentException("[tokens] masks hold 0 and 1; got " + m);
                    }
                }
            }
        }

        /** Of a parsed sentence. */
        public static Tokens of(ParsedExpression p) {
            return new Tokens(p.encoding().ids(), p.encoding().mask(), p.objectMask(), p.positionMask());
        }
    }

    private static final int IDLE_WORKSPACES = 2;

    private final Backend backend;
    private final Parallelism parallelism;
    private final boolean ownsThreads;
    private final Model model;
    private final @Nullable ExpressionParser parser;
    private final Precision precision;
    private final @Nullable Recordings recordings;
    private final ConcurrentLinkedDeque<Workspace> idle = new ConcurrentLinkedDeque<>();

    private ReferringSegmenter(Model model, Backend backend, Options options) {
        this.backend = backend;
        this.ownsThreads = options.parallelism == null;
        this.parallelism = options.parallelism == null ? Parallelism.ofCores() : options.parallelism;
        this.model = model;
        Vocabulary vocabulary = model.vocabulary();
        this.parser = vocabulary == null ? null : parser(vocabulary, model, options);
        this.precision = options.precision;
        this.recordings = backend.records() ? new Recordings(model.network(), tapeOptions()) : null;
    }

    /** What turns sentences into tokens for a model. */
    static ExpressionParser parser(Vocabulary vocabulary, Model model, Options options) {
        PosTagger tagger = options.tagger == null ? PosTagger.installed() : options.tagger;
        return new ExpressionParser(
                new WordPieceTokenizer(vocabulary), tagger, model.dataset(), model.sentenceLength(), options.mode);
    }

    /** Opens a model folder, or a checkpoint of the published training script; the best backend, all processors. */
    public static ReferringSegmenter open(Path path) {
        return open(path, Options.defaults());
    }

    /** Opens a model. */
    public static ReferringSegmenter open(Path path, Options options) {
        Backend backend = Backends.discover().choose(options.device);
        return new ReferringSegmenter(
                Model.open(path, options.vocabulary, options.modelConfig, options.dataset, backend), backend, options);
    }

    /** The model of the artifact {@code swath-fianet-bundled}: small, trained on synthetic scenes; see {@link BundledModel}. */
    public static ReferringSegmenter bundled() {
        return bundled(Options.defaults());
    }

    /** The bundled model; a vocabulary or configuration in the options is not looked at. */
    public static ReferringSegmenter bundled(Options options) {
        return BundledModel.read(
                folder -> open(folder, options.withVocabulary(null).withModelConfig(null)));
    }

    /** Segments an image in memory. */
    public SegmentationResult segment(BufferedImage image, String sentence) {
        return segment(Images.of(image), sentence);
    }

    /** Segments an image in memory, and may be cancelled by the listener. */
    public SegmentationResult segment(BufferedImage image, String sentence, ProgressListener listener) {
        return segment(Images.of(image), sentence, listener);
    }

    /** Segments the first three bands of a raster, or its only one as gray. */
    public SegmentationResult segment(Raster raster, String sentence) {
        return segment(Images.of(raster), sentence);
    }

    /** Segments the first three bands of a raster, or its only one as gray, and may be cancelled by the listener. */
    public SegmentationResult segment(Raster raster, String sentence, ProgressListener listener) {
        return segment(Images.of(raster), sentence, listener);
    }

    /** Segments planes of red, green and blue with values from 0 to 1. */
    public SegmentationResult segment(float[][] planes, int width, int height, String sentence) {
        return segment(Images.of(planes, width, height), sentence);
    }

    /** Segments planes of red, green and blue with values from 0 to 1, and may be cancelled by the listener. */
    public SegmentationResult segment(
            float[][] planes, int width, int height, String sentence, ProgressListener listener) {
        return segment(Images.of(planes, width, height), sentence, listener);
    }

    /** Segments an 8-bit image. */
    public SegmentationResult segment(RgbImage image, String sentence) {
        return segment(image, Tokens.of(parse(sentence)));
    }

    /** Segments an 8-bit image, and may be cancelled by the listener. */
    public SegmentationResult segment(RgbImage image, String sentence, ProgressListener listener) {
        return segment(image, Tokens.of(parse(sentence)), listener);
    }

    /** Segments the image in a file, whose rows are resized as they come in: only the answer has its size in memory. */
    public SegmentationResult segment(ImageFile image, String sentence) {
        return run(image.width(), image.height(), model.preprocessor().apply(image), Tokens.of(parse(sentence)), null);
    }

    /** Segments by tokens that the caller made. */
    public SegmentationResult segment(RgbImage image, Tokens tokens) {
        return run(image, tokens, null);
    }

    /** Segments by tokens that the caller made, and may be cancelled by the listener. */
    public SegmentationResult segment(RgbImage image, Tokens tokens, ProgressListener listener) {
        Progress progress = new Progress(network(), listener);
        SegmentationResult result = run(image, tokens, progress);
        progress.done();
        return result;
    }

    /** Segments by tokens that the caller made; the listener sees every module and op and ends the pass by throwing. */
    public SegmentationResult segment(RgbImage image, Tokens tokens, TapeListener listener) {
        return run(image, tokens, listener);
    }

    /** What several sentences select in an image, in their order; the image is resized once. */
    public List<SegmentationResult> segmentAll(BufferedImage image, List<String> sentences) {
        return segmentAll(Images.of(image), sentences);
    }

    /** What several sentences select in an 8-bit image, in their order; the image is resized once. */
    public List<SegmentationResult> segmentAll(RgbImage image, List<String> sentences) {
        List<Tokens> tokens = tokens(sentences);
        List<SegmentationResult> out = new ArrayList<>();
        segmentAll(image, tokens, (_, result) -> out.add(result));
        return out;
    }

    /** Takes what one of several sentences selects. */
    @FunctionalInterface
    public interface ResultListener {
        /** Called for each sentence in turn, with its number from 0. */
        void onResult(int sentence, SegmentationResult result);
    }

    /** Segments by tokens that the caller made, one sentence after the other; each result is given away at once. */
    public void segmentAll(RgbImage image, List<Tokens> sentences, ResultListener listener) {
        if (sentences.isEmpty()) {
            return;
        }
        segmentAll(image.width(), image.height(), model.preprocessor().apply(image), sentences, listener);
    }

    /**
     * Segments the image in a file by tokens that the caller made, one sentence after the other; its rows are resized as they
     * come in, once.
     */
    public void segmentAll(ImageFile image, List<Tokens> sentences, ResultListener listener) {
        if (sentences.isEmpty()) {
            return;
        }
        segmentAll(image.width(), image.height(), model.preprocessor().apply(image), sentences, listener);
    }

    private void segmentAll(int width, int height, Tensor seen, List<Tokens> sentences, ResultListener listener) {
        for (int i = 0; i < sentences.size(); i++) {
            listener.onResult(i, run(width, height, seen, sentences.get(i), null));
        }
    }

    /**
     * An answer for one of several images.
     *
     * @param file of the image
     * @param image as it was read
     * @param sentence number of the sentence, from 0
     * @param result what it selects
     */
    public record Answer(Path file, RgbImage image, int sentence, SegmentationResult result) {}

    /**
     * Reads images one after the other and gives away what each sentence selects in each, so that memory is that of one image.
     * A file that is no image ends it by an {@link dev.swath.fianet.image.ImageException}.
     */
    public void segmentAll(Iterable<Path> files, List<String> sentences, Consumer<Answer> listener) {
        List<Tokens> tokens = tokens(sentences);
        for (Path file : files) {
            RgbImage image = Images.read(file);
            segmentAll(image, tokens, (i, result) -> listener.accept(new Answer(file, image, i, result)));
        }
    }

    private List<Tokens> tokens(List<String> sentences) {
        return sentences.stream().map(s -> Tokens.of(parse(s))).toList();
    }

    private SegmentationResult run(RgbImage image, Tokens tokens, @Nullable TapeListener listener) {
        return run(image.width(), image.height(), model.preprocessor().apply(image), tokens, listener);
    }

    /** With the size of the image, and the image as the network sees it. */
    private SegmentationResult run(int width, int height, Tensor seen, Tokens tokens, @Nullable TapeListener listener) {
        SentenceBatch sentence = SentenceBatch.of(tokens.ids, tokens.context, tokens.object, tokens.position);
        sentence.require(network().limits());
        return Enlarged.result(
                width,
                height,
                recordings != null && listener == null
                        ? recordings.answer(seen, sentence).permute(0, 3, 1, 2).copy()
                        : logits(seen, sentence, listener),
                model.provider().upscaling());
    }

    private Tensor logits(Tensor seen, SentenceBatch sentence, @Nullable TapeListener listener) {
        Workspace taken = idle.poll();
        Workspace workspace = taken == null ? new Workspace(backend) : taken;
        Tensor logits;
        try (Tape tape = Tape.inference(tapeOptions().withWorkspace(workspace).withListener(listener))) {
            logits = network()
                    .answer(tape, seen, sentence, l -> l.permute(0, 3, 1, 2).copy());
        }
        if (idle.size() < IDLE_WORKSPACES) {
            idle.push(workspace);
        } else {
            workspace.close();
        }
        return logits;
    }

    private Tape.Options tapeOptions() {
        return Tape.Options.of(backend).withParallelism(parallelism).withPrecision(precision);
    }

    /** The sentence, or what the network is asked for it, as words, tags, pieces and masks. */
    public ParsedExpression parse(String sentence) {
        if (parser == null) {
            throw new WeightsException(
                    "[sentence] a vocabulary is needed to read sentences; give the vocab.txt that the model was trained with");
        }
        return parser.parse(model.provider().prompt(sentence));
    }

    /**
     * What {@link #warmUp} did.
     *
     * @param first time of the first pass, which loads and compiles
     * @param last time of the last pass
     * @param passes how many passes over an empty image were run
     */
    public record WarmUp(Duration first, Duration last, int passes) {}

    /** Runs twice on an empty image, so that the first real call is not the slow one, and says how long that took. */
    public WarmUp warmUp() {
        int size = model.preprocessor().size();
        RgbImage empty = new RgbImage(size, size, new byte[3 * size * size]);
        long[] ids = new long[Math.min(8, network().limits().positions())];
        long[] ones = ids.clone();
        Arrays.fill(ones, 1);
        Tokens tokens = new Tokens(ids, ones, ones, ones);
        long start = System.nanoTime();
        segment(empty, tokens);
        long middle = System.nanoTime();
        segment(empty, tokens);
        return new WarmUp(Duration.ofNanos(middle - start), Duration.ofNanos(System.nanoTime() - middle), 2);
    }

    /** The network, to be looked into. */
    public ReferringNetwork network() {
        return model.network();
    }

    /** Image size and statistics. */
    public Preprocessor preprocessor() {
        return model.preprocessor();
    }

    /** The backend in use. */
    public Backend backend() {
        return backend;
    }

    /** Ends the segmenter's own threads, and gives back the memory of a device. */
    @Override
    public void close() {
        if (recordings != null) {
            recordings.close();
        }
        backend.close();
        if (ownsThreads) {
            parallelism.close();
        }
    }
}
