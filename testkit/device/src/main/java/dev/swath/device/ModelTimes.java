package dev.swath.device;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.train.RecordedStep;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Precision;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.cuda.CudaBackend;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.GradientClipping;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The full network (Swin-B, BERT-base, 480 x 480, 20 words) with random weights: how exact, how long, how much memory. */
final class ModelTimes {
    private static final int SIDE = 480;
    private static final int WORDS = 20;
    private static final int REPEATS = 20;

    /** A course of training: losses of single steps waver, so they are compared by means. */
    private static final int STEPS = 50;

    private static final int EAGER_STEPS = 2;
    private static final int COURSE_BATCH = 2;
    private static final int WINDOW = 5;
    private static final double RATE = 3e-5;
    private static final double LOSS_BOUND = 0.02;

    private final CudaBackend device;
    private final Report report;
    private final Instant end;
    private final Parallelism threads = Parallelism.ofCores();

    ModelTimes(CudaBackend device, Report report, Instant end) {
        this.device = device;
        this.report = report;
        this.end = end;
    }

    boolean run() {
        report.line("%s", device.description());
        FiaNet network = network();
        Tensor image = image(1);
        SentenceBatch sentence = sentence(1);
        float[] expected;
        try (Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()).withParallelism(threads))) {
            expected = network.answer(tape, image, sentence, Tensor::toFloatArray);
        }
        network.prepare(device);
        Exact exact = new Exact(network, expected, image, sentence);
        boolean good = exact(exact, Precision.F32, 1e-4);
        good &= exact(exact, Precision.TF32, 1e-2);
        good &= exact(exact, Precision.BF16, 2e-2);
        for (Precision p : new Precision[] {Precision.BF16, Precision.F32, Precision.TF32}) {
            for (int batch : new int[] {1, 8}) {
                if (Instant.now().isBefore(end)) {
                    inference(network, p, batch);
                }
            }
        }
        if (Instant.now().isBefore(end)) {
            good &= courses();
        }
        FiaNet trained = network();
        trained.to(device);
        for (Precision p : new Precision[] {Precision.BF16, Precision.F32}) {
            for (int batch : new int[] {8, 1}) {
                if (Instant.now().isBefore(end)) {
                    training(trained, p, batch);
                }
            }
        }
        return good;
    }

    /** With weights that are noise. */
    private static FiaNet network() {
        FiaNet network = new FiaNet(FiaNetConfig.refsegrs());
        network.initialise(new RandomSource(1));
        return network;
    }

    /** What a pass of the network should give. */
    private record Exact(FiaNet network, float[] expected, Tensor image, SentenceBatch sentence) {}

    private static Tensor image(int batch) {
        return image(batch, 0);
    }

    private static Tensor image(int batch, int seed) {
        float[] values = new float[batch * SIDE * SIDE * 3];
        SplittableRandom random = new SplittableRandom(5 + seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-2, 2);
        }
        return Tensor.of(values, batch, SIDE, SIDE, 3);
    }

    private static SentenceBatch sentence(int batch) {
        return sentence(batch, 0);
    }

    private static SentenceBatch sentence(int batch, int seed) {
        SplittableRandom random = new SplittableRandom(6 + seed);
        long[] ids = random.longs((long) batch * WORDS, 1000, 20000).toArray();
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        Tensor mask = Tensor.of(ones, batch, WORDS).to(DType.F32);
        return new SentenceBatch(Tensor.of(ids, batch, WORDS), mask, mask, mask);
    }

    private Tape.Options options(Precision p) {
        return Tape.Options.of(device).withParallelism(threads).withPrecision(p);
    }

    private boolean exact(Exact pass, Precision p, double bound) {
        float[] expected = pass.expected;
        float[] got;
        try (Tape tape = Tape.inference(options(p))) {
            got = pass.network.answer(tape, pass.image, pass.sentence, Tensor::toFloatArray);
        }
        double largest = 0;
        double error = 0;
        for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Double.isNaN(got[i]) ? Double.POSITIVE_INFINITY : Math.abs(expected[i] - got[i]));
        }
        report.line(
                "%s logits against the processor's f32: largest difference %.3g of the largest, %.3g; bound %.3g",
                p, error / largest, largest, bound);
        return error <= bound * largest;
    }

    private void inference(FiaNet network, Precision p, int batch) {
        Tensor image = image(batch);
        SentenceBatch sentence = sentence(batch);
        try (Workspace workspace = new Workspace(device)) {
            Tape.Options options = options(p).withWorkspace(workspace);
            double[] eager = new double[5];
            for (int i = -1; i < eager.length; i++) {
                long start = System.nanoTime();
                try (Tape tape = Tape.inference(options)) {
                    network.answer(tape, image, sentence, Tensor::toFloatArray);
                }
                if (i >= 0) {
                    eager[i] = (System.nanoTime() - start) / 1e6;
                }
            }
            try (Tape tape = Tape.inference(options)) {
                Var there = network.upload(tape, image);
                SentenceInput words = sentence.upload(tape, network);
                Recorded pass = device.record(() -> tape.reading(
                        "", () -> network.logits(tape, there, words).value()));
                double time = median(pass);
                report.line(
                        "inference %s batch %d: %.3f ms recorded (by the device), %.2f ms launch by launch (by the clock); memory %d MiB",
                        p,
                        batch,
                        time / 1e3,
                        Report.median(eager),
                        device.memory().used() >> 20);
                pass.close();
            }
        }
        device.trim();
    }

    private static RecordedStep.Part part(int batch, int seed) {
        SplittableRandom random = new SplittableRandom(7 + seed);
        Tensor target = Tensor.of(random.longs((long) batch * SIDE * SIDE, 0, 2).toArray(), batch, SIDE, SIDE);
        return new RecordedStep.Part(image(batch, seed), sentence(batch, seed), target);
    }

    private static List<ParameterGroup> groups(FiaNet network) {
        return network.groups(0.01, 12, false);
    }

    private AdamW optimizer(List<ParameterGroup> groups) {
        AdamW optimizer = new AdamW(groups, 0.9, 0.999, 1e-8, device, threads);
        optimizer.learningRate(1e-5);
        return optimizer;
    }

    private GradientClipping clipping(List<ParameterGroup> groups) {
        return new GradientClipping(
                groups.stream().flatMap(g -> g.parameters().values().stream()).toList(), device, threads);
    }

    private double median(Recorded pass) {
        double[] times = new double[REPEATS];
        for (int i = -2; i < REPEATS; i++) {
            double t = device.microseconds(pass::run);
            if (i >= 0) {
                times[i] = t;
            }
        }
        return Report.median(times);
    }

    /** Whether losses of bf16 follow those of f32 from the same first weights, over the same images. */
    private boolean courses() {
        double[] exact = course(Precision.F32);
        double[] rounded = course(Precision.BF16);
        double most = 0;
        for (int i = 0; i < exact.length; i++) {
            most = Math.max(most, Math.abs(rounded[i] - exact[i]) / exact[i]);
        }
        report.line(
                "%d recorded steps of %d images, means of %d losses: f32 %.4f to %.4f, bf16 %.4f to %.4f; apart by at most %.2f%%, bound %.0f%%",
                STEPS,
                COURSE_BATCH,
                WINDOW,
                exact[0],
                exact[exact.length - 1],
                rounded[0],
                rounded[rounded.length - 1],
                100 * most,
                100 * LOSS_BOUND);
        return most <= LOSS_BOUND;
    }

    /** Mean losses. */
    private double[] course(Precision p) {
        FiaNet network = network();
        network.to(device);
        List<ParameterGroup> groups = groups(network);
        AdamW optimizer = optimizer(groups);
        GradientClipping clipping = clipping(groups);
        optimizer.learningRate(RATE);
        RandomSource draws = new RandomSource(3);
        Tape.Options options = options(p).withTraining(draws);
        List<RecordedStep.Part> parts =
                IntStream.range(0, 4).mapToObj(i -> part(COURSE_BATCH, 10 * i)).toList();
        double[] losses = new double[STEPS];
        try (Workspace workspace = new Workspace(device)) {
            for (int i = 0; i < EAGER_STEPS; i++) {
                losses[i] = step(
                        network, options.withWorkspace(workspace), parts.get(i % parts.size()), optimizer, clipping);
            }
        }
        RecordedStep.Update update = new RecordedStep.Update(optimizer, clipping, 1, SegmentationLoss.published());
        try (RecordedStep recorded = new RecordedStep(network, options, List.of(parts.getFirst()), update)) {
            for (int i = EAGER_STEPS; i < STEPS; i++) {
                losses[i] = recorded.run(List.of(parts.get(i % parts.size())), draws);
            }
        }
        device.trim();
        return IntStream.range(0, STEPS / WINDOW)
                .mapToDouble(w -> Arrays.stream(losses, w * WINDOW, (w + 1) * WINDOW)
                        .average()
                        .orElseThrow())
                .toArray();
    }

    private void training(FiaNet network, Precision p, int batch) {
        RecordedStep.Part part = part(batch, 0);
        List<ParameterGroup> groups = groups(network);
        AdamW optimizer = optimizer(groups);
        GradientClipping clipping = clipping(groups);
        RandomSource draws = new RandomSource(3);
        Tape.Options options = options(p).withTraining(draws);
        double[] eager = new double[3];
        double first = 0;
        double last = 0;
        try (Workspace workspace = new Workspace(device)) {
            for (int i = -2; i < eager.length; i++) {
                long start = System.nanoTime();
                last = step(network, options.withWorkspace(workspace), part, optimizer, clipping);
                first = i == -2 ? last : first;
                if (i >= 0) {
                    eager[i] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        RecordedStep.Update update = new RecordedStep.Update(optimizer, clipping, 1, SegmentationLoss.published());
        try (RecordedStep recorded = new RecordedStep(network, options, List.of(part), update)) {
            double next = recorded.run(List.of(part), draws);
            double[] times = new double[REPEATS / 2];
            for (int i = -2; i < times.length; i++) {
                double t = device.microseconds(recorded::run) / 1e3;
                if (i >= 0) {
                    times[i] = t;
                }
            }
            report.line(
                    "training step %s batch %d: %.3f ms recorded (by the device), %.2f ms launch by launch (by the clock); loss %.4f, after 5 steps %.4f, then recorded %.4f; memory %d MiB",
                    p,
                    batch,
                    Report.median(times),
                    Report.median(eager),
                    first,
                    last,
                    next,
                    device.memory().used() >> 20);
        }
        device.trim();
    }

    /**
     * Runs a pass a few times and then once for a profiler that waits for it.
     *
     * @param what precision, batch and {@code inference} or {@code training}: {@code bf16-8-training}
     */
    void pass(String what) {
        String[] parts = what.split("-");
        Precision p = Precision.valueOf(parts[0].toUpperCase(Locale.ROOT));
        int batch = Integer.parseInt(parts[1]);
        FiaNet network = network();
        try (Workspace workspace = new Workspace(device)) {
            Runnable pass = parts[2].equals("training")
                    ? trainingPass(network, p, batch, workspace)
                    : inferencePass(network, p, batch, workspace);
            for (int i = 0; i < 3; i++) {
                pass.run();
            }
            device.synchronize();
            driver("cuProfilerStart");
            pass.run();
            device.synchronize();
            driver("cuProfilerStop");
        }
        report.line("%s: one pass was profiled", what);
    }

    /** Calls a function of the driver that takes nothing: JavaCPP's bindings lack those for profilers. */
    @SuppressWarnings("restricted") // The kit runs with native access for all.
    private static void driver(String function) {
        MemorySegment symbol = SymbolLookup.libraryLookup("libcuda.so.1", Arena.global())
                .find(function)
                .orElseThrow();
        MethodHandle handle = Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT));
        try {
            int status = (int) handle.invokeExact();
            if (status != 0) {
                throw new IllegalStateException(function + " ended with " + status);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private Runnable inferencePass(FiaNet network, Precision p, int batch, Workspace workspace) {
        network.prepare(device);
        Tape.Options options = options(p).withWorkspace(workspace);
        Tensor image = image(batch);
        SentenceBatch sentence = sentence(batch);
        return () -> {
            try (Tape tape = Tape.inference(options)) {
                network.answer(tape, image, sentence, Tensor::toFloatArray);
            }
        };
    }

    private Runnable trainingPass(FiaNet network, Precision p, int batch, Workspace workspace) {
        network.to(device);
        RecordedStep.Part part = part(batch, 0);
        List<ParameterGroup> groups = groups(network);
        AdamW optimizer = optimizer(groups);
        GradientClipping clipping = clipping(groups);
        Tape.Options options = options(p).withTraining(new RandomSource(3)).withWorkspace(workspace);
        return () -> step(network, options, part, optimizer, clipping);
    }

    private static double step(
            FiaNet network, Tape.Options options, RecordedStep.Part part, AdamW optimizer, GradientClipping clipping) {
        optimizer.zeroGrad();
        try (Tape tape = Tape.recording(options)) {
            Var there = network.upload(tape, part.image());
            SentenceInput words = part.sentences().upload(tape, network);
            Tensor classes = tape.indices(part.target(), 2);
            Var value = network.loss(tape, there, words, classes, SegmentationLoss.published());
            tape.backward(value);
            optimizer.step(clipping, 1);
            return value.value().item();
        }
    }
}
