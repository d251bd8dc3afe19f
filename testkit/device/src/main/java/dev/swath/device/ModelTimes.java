package dev.swath.device;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.cuda.CudaBackend;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.GradientClipping;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.tensor.Tensor;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** The full network (Swin-B, BERT-base, 480 x 480, 20 words) with random weights: how exact, how long, how much memory. */
final class ModelTimes {
    private static final int SIDE = 480;
    private static final int WORDS = 20;
    private static final int REPEATS = 20;

    private final CudaBackend device;
    private final Report report;
    private final Instant end;
    private final Parallelism threads = Parallelism.ofCores();
    private final FiaNet network = new FiaNet(FiaNetConfig.refsegrs());

    ModelTimes(CudaBackend device, Report report, Instant end) {
        this.device = device;
        this.report = report;
        this.end = end;
    }

    boolean run() {
        report.line("%s", device.description());
        network.initialise(new RandomSource(1));
        Tensor image = image(1);
        SentenceBatch sentence = sentence(1);
        float[] expected;
        try (Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()).withParallelism(threads))) {
            expected = network.answer(tape, image, sentence, Tensor::toFloatArray);
        }
        network.to(device);
        boolean good = exact(expected, image, sentence);
        for (int batch : new int[] {1, 8}) {
            if (Instant.now().isBefore(end)) {
                inference(batch);
            }
        }
        for (int batch : new int[] {1, 8}) {
            if (Instant.now().isBefore(end)) {
                training(batch);
            }
        }
        return good;
    }

    private static Tensor image(int batch) {
        float[] values = new float[batch * SIDE * SIDE * 3];
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-2, 2);
        }
        return Tensor.of(values, batch, SIDE, SIDE, 3);
    }

    private static SentenceBatch sentence(int batch) {
        SplittableRandom random = new SplittableRandom(6);
        long[] ids = random.longs((long) batch * WORDS, 1000, 20000).toArray();
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        Tensor mask = Tensor.of(ones, batch, WORDS).to(dev.swath.tensor.DType.F32);
        return new SentenceBatch(Tensor.of(ids, batch, WORDS), mask, mask, mask);
    }

    private Tape.Options options() {
        return Tape.Options.of(device).withParallelism(threads);
    }

    private boolean exact(float[] expected, Tensor image, SentenceBatch sentence) {
        float[] got;
        try (Tape tape = Tape.inference(options())) {
            got = network.answer(tape, image, sentence, Tensor::toFloatArray);
        }
        double largest = 0;
        double error = 0;
        for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Double.isNaN(got[i]) ? Double.POSITIVE_INFINITY : Math.abs(expected[i] - got[i]));
        }
        report.line("f32 logits against the processor's: largest difference %.3g of the largest, %.3g", error / largest, largest);
        return error <= 1e-3 * largest;
    }

    private void inference(int batch) {
        Tensor image = image(batch);
        SentenceBatch sentence = sentence(batch);
        try (Workspace workspace = new Workspace(device)) {
            Tape.Options options = options().withWorkspace(workspace);
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
                        "", () -> network.forward(tape, there, words).value()));
                double time = median(pass);
                report.line(
                        "inference f32 batch %d: %.3f ms recorded (by the device), %.2f ms launch by launch (by the clock); memory %d MiB",
                        batch, time / 1e3, Report.median(eager), device.memory().used() >> 20);
                pass.close();
            }
        }
        device.trim();
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

    private void training(int batch) {
        Tensor image = image(batch);
        SentenceBatch sentence = sentence(batch);
        SplittableRandom random = new SplittableRandom(7);
        Tensor target = Tensor.of(
                random.longs((long) batch * SIDE * SIDE, 0, 2).toArray(), batch, SIDE, SIDE);
        List<ParameterGroup> groups = network.groups(0.01, 12, false);
        AdamW optimizer = new AdamW(groups, 0.9, 0.999, 1e-8, device, threads);
        GradientClipping clipping = new GradientClipping(
                groups.stream().flatMap(g -> g.parameters().values().stream()).toList(), device, threads);
        optimizer.learningRate(1e-5);
        try (Workspace workspace = new Workspace(device)) {
            double[] times = new double[5];
            double first = 0;
            double last = 0;
            for (int i = -2; i < times.length; i++) {
                optimizer.zeroGrad();
                long start = System.nanoTime();
                double[] loss = new double[1];
                double t;
                try (Tape tape = Tape.recording(
                        options().withWorkspace(workspace).withTraining(new RandomSource(3)))) {
                    Var there = network.upload(tape, image);
                    SentenceInput words = sentence.upload(tape, network);
                    Tensor classes = tape.indices(target, 2);
                    Var value = network.loss(tape, there, words, classes, SegmentationLoss.published());
                    tape.backward(value);
                    clipping.clip(1);
                    optimizer.step();
                    loss[0] = value.value().item();
                }
                t = (System.nanoTime() - start) / 1e6;
                if (i == -2) {
                    first = loss[0];
                }
                last = loss[0];
                if (i >= 0) {
                    times[i] = t;
                }
            }
            report.line(
                    "training step f32 batch %d: %.2f ms launch by launch (by the clock); loss %.4f, after 7 steps %.4f; memory %d MiB",
                    batch, Report.median(times), first, last, device.memory().used() >> 20);
        }
        device.trim();
    }
}
