package dev.swath.golden;

import dev.swath.autograd.Hook;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.inspect.Inspection;
import dev.swath.fianet.inspect.InspectionOptions;
import dev.swath.fianet.inspect.Reference;
import dev.swath.fianet.inspect.page.PageWriter;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.inspect.Beside;
import dev.swath.nn.inspect.Deviation;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.PassRecorder;
import dev.swath.nn.inspect.Result;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The check of a network against golden values, which writes a page where it fails: each module of the pass that failed against the
 * same pass in f64 with the case's own weights, and what the network does with the one sample of the batch that is off most. Of a
 * training step the gradients by modules' results follow, in the order in which they come back.
 */
final class GoldenPage {
    /** What single precision may be off by inside of a network, where instance norms over few cells cancel. */
    private static final double TOLERANCE = 1e-3;

    /** What the gradients there may be off by: up to 5e-3 was measured. */
    private static final double GRADIENT_TOLERANCE = 2e-2;

    /** Gradients below this share of the largest are 0 but for rounding, as those of keys of which all words have the same. */
    private static final double VANISHING = 1e-6;

    private static final String GRADIENT = "gradient by ";
    private static final Path FOLDER = Path.of("target/golden");

    /** What a training makes small. */
    @FunctionalInterface
    interface Loss {
        Var of(ReferringNetwork network, Tape tape, DType type);
    }

    private final String name;
    private final Supplier<ReferringNetwork> original;
    private final ReferringNetwork model;
    private final Backend backend;
    private final Tensor image;
    private final SentenceBatch sentences;
    private final @Nullable Loss loss;
    private final boolean training;
    private final Map<String, Tensor> buffers = new HashMap<>();

    private GoldenPage(
            String name,
            Supplier<ReferringNetwork> original,
            ReferringNetwork model,
            Backend backend,
            Tensor image,
            SentenceBatch sentences,
            @Nullable Loss loss,
            boolean training) {
        this.name = name;
        this.original = original;
        this.model = model;
        this.backend = backend;
        this.image = image;
        this.sentences = sentences;
        this.loss = loss;
        this.training = training;
        model.namedBuffers().forEach((n, b) -> buffers.put(n, b.value().copy()));
    }

    /**
     * Of an evaluation.
     *
     * @param name of the case and what of it is checked: the page's
     * @param original gives the network with the case's weights on scalar kernels
     * @param model is to be checked
     * @param backend where it is
     * @param image (B, H, W, 3)
     * @param sentences B sentences
     */
    static GoldenPage ofEvaluation(
            String name,
            Supplier<ReferringNetwork> original,
            ReferringNetwork model,
            Backend backend,
            Tensor image,
            SentenceBatch sentences) {
        return new GoldenPage(name, original, model, backend, image, sentences, null, false);
    }

    /** The same with gradients, of a pass that may be in training mode. */
    GoldenPage withGradients(Loss step, boolean train) {
        return new GoldenPage(name, original, model, backend, image, sentences, step, train);
    }

    /** Checks; an error is thrown again with what the page says in a sentence, and where it is. */
    void check(Runnable check) {
        try {
            check.run();
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; " + told(e), e);
        }
    }

    /** What is wrong is said even where no page can be made of it. */
    private String told(AssertionError failure) {
        try {
            return write();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return "no page could be made of it: " + e;
        }
    }

    private String write() {
        DType type = model.namedParameters().values().iterator().next().value().dtype();
        ReferringNetwork truth = original.get();
        truth.namedParameters().values().forEach(p -> p.setExactly(p.value().to(DType.F64)));
        Pass right = run(truth, new ScalarBackend(), DType.F64);
        restore();
        Pass found = run(model, backend, type);
        restore();
        Reference reference = compared(found, right);
        int sample = worst(found.results.get(""), right.results.get(""));
        Keep keep = Keep.modules("*")
                .and(reference
                        .first()
                        .map(d -> Keep.ops(Result.path(d.name()).replace(GRADIENT, "") + ":*"))
                        .orElse(Keep.NOTHING));
        Inspection seen = Inspection.of(
                model,
                backend,
                image.slice(0, sample, sample + 1).to(type),
                name + " on " + backend.name() + ", sample " + (sample + 1) + " of " + image.dim(0),
                tokens(sample),
                InspectionOptions.defaults().withKeep(keep),
                PassRecorder.Observer.NOBODY);
        try {
            Path file = Files.createDirectories(FOLDER).resolve(name + "-" + backend.name() + ".html");
            new PageWriter(seen)
                    .withReference(
                            reference,
                            "a pass in f64 of all " + image.dim(0) + " samples with the case's weights"
                                    + (training ? ", in training mode" : ""))
                    .write(file);
            return "against a pass in f64 " + reference.verdict() + "; the page is " + file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As before the check: a pass in training mode moves running statistics. */
    private void restore() {
        model.namedBuffers().forEach((n, b) -> b.value().copyFrom(buffers.get(n)));
    }

    /** What left modules, in the order of the pass, and the gradients by it, in the order in which they came. */
    private record Pass(Map<String, Tensor> results, Map<String, Tensor> gradients) {}

    private Pass run(ReferringNetwork network, Backend where, DType type) {
        PassRecorder recorder = new PassRecorder(network, Keep.modules("*"));
        Tape.Options options =
                Tape.Options.of(where).withParallelism(Parallelism.single()).withListener(recorder);
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        if (loss == null) {
            try (Tape tape = Tape.inference(options)) {
                SentenceInput in = sentences.upload(tape, network).cast(tape, type);
                network.forward(tape, Cast.apply(tape, tape.constant(image), type), in);
            }
            return new Pass(recorder.record().tensors(), gradients);
        }
        network.zeroGrad();
        List<Hook> hooks = new ArrayList<>();
        try (Tape tape = Tape.recording(training ? options.withTraining(new RandomSource(1)) : options)) {
            Map<String, Integer> calls = new HashMap<>();
            network.namedModules()
                    .values()
                    .forEach(m -> hooks.add(m.onForward((path, _, results) -> {
                        int call = calls.merge(path, 1, Integer::sum);
                        for (int i = 0; i < results.size(); i++) {
                            String result = Result.name(path, call, i);
                            results.get(i).onGradient(d -> gradients.put(GRADIENT + shown(result), d.copy()));
                        }
                    })));
            tape.backward(loss.of(network, tape, type));
        } finally {
            hooks.forEach(Hook::close);
        }
        network.zeroGrad();
        return new Pass(recorder.record().tensors(), gradients);
    }

    private static String shown(String result) {
        return result.isEmpty() ? "the network" : result;
    }

    private Reference compared(Pass found, Pass right) {
        double least = VANISHING
                * right.gradients.values().stream()
                        .mapToDouble(GoldenPage::largest)
                        .max()
                        .orElse(0);
        Map<String, Tensor> wanted = new LinkedHashMap<>(right.results);
        right.gradients.forEach((n, d) -> {
            Tensor got = found.gradients.get(n);
            if (got == null || Math.max(largest(d), largest(got)) > least) {
                wanted.put(n, d);
            }
        });
        Beside beside = new Beside(wanted);
        found.results.forEach(beside::onResult);
        found.gradients.forEach(beside::onResult);
        return new Reference(beside.found(), beside.unseen(), loss == null ? TOLERANCE : GRADIENT_TOLERANCE);
    }

    private static double largest(Tensor t) {
        return Arrays.stream(t.toDoubleArray()).map(Math::abs).max().orElse(0);
    }

    /** The sample whose answer is farthest off. */
    private static int worst(Tensor got, Tensor want) {
        int at = 0;
        double most = -1;
        for (int i = 0; i < got.dim(0); i++) {
            double off = Deviation.of("", got.select(0, i), want.select(0, i)).largest();
            if (off > most) {
                most = off;
                at = i;
            }
        }
        return at;
    }

    private Tokens tokens(int sample) {
        return new Tokens(
                row(sentences.ids(), sample),
                row(sentences.context(), sample),
                row(sentences.object(), sample),
                row(sentences.position(), sample));
    }

    private static long[] row(Tensor all, int sample) {
        return all.select(0, sample).to(DType.I64).toLongArray();
    }
}
