package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Precision;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.GradientClipping;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.RoundedBackend;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What bf16 costs in exactness, of a small network that learns one thing, on a processor that rounds as a device does. */
class Bf16TrainingTest {
    private static final int STEPS = 50;
    private static final int SIDE = 48;
    private static final int WORDS = 6;
    private static final int BATCH = 2;

    /** The published rate; at thirty times as much a tenth of a thousandth in the first loss is a tenth in the fifth. */
    private static final double RATE = 3e-5;

    /** Steps over which losses are averaged: single ones of two images waver by some hundredths. */
    private static final int WINDOW = 5;

    /** Of the mean loss. */
    private static final double LOSS_BOUND = 0.02;

    /** Of the largest logit. */
    private static final double LOGIT_BOUND = 0.02;

    private final Backend backend = new RoundedBackend(Backends.cpu());

    private record Scene(Tensor image, SentenceBatch sentences, Tensor target) {}

    /** A bright square on a noisy ground, in a place that the second word names. */
    private static Scene scene(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] image = new float[BATCH * SIDE * SIDE * 3];
        long[] target = new long[BATCH * SIDE * SIDE];
        long[] ids = new long[BATCH * WORDS];
        for (int b = 0; b < BATCH; b++) {
            int place = random.nextInt(4);
            int left = place % 2 * SIDE / 2 + 2 + random.nextInt(8);
            int top = place / 2 * SIDE / 2 + 2 + random.nextInt(8);
            for (int i = 0; i < SIDE * SIDE; i++) {
                int x = i % SIDE;
                int y = i / SIDE;
                boolean own = x >= left && x < left + 12 && y >= top && y < top + 12;
                boolean other = SIDE - 1 - x >= left && SIDE - 1 - x < left + 12 && y >= top && y < top + 12;
                target[b * SIDE * SIDE + i] = own ? 1 : 0;
                for (int c = 0; c < 3; c++) {
                    image[(b * SIDE * SIDE + i) * 3 + c] =
                            (float) ((own || other ? 1.5 : -0.5) + 0.3 * random.nextGaussian());
                }
            }
            for (int w = 0; w < WORDS; w++) {
                ids[b * WORDS + w] = w == 1 ? 5 + place : 10 + random.nextInt(3);
            }
        }
        float[] ones = new float[BATCH * WORDS];
        Arrays.fill(ones, 1);
        Tensor mask = Tensor.of(ones, BATCH, WORDS);
        return new Scene(
                Tensor.of(image, BATCH, SIDE, SIDE, 3),
                new SentenceBatch(Tensor.of(ids, BATCH, WORDS), mask, mask, mask),
                Tensor.of(target, BATCH, SIDE, SIDE));
    }

    private static FiaNet network() {
        FiaNet network = new FiaNet(new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(16, List.of(1, 1, 2, 1), List.of(1, 2, 4, 8), 4, 4, 4, 0.1),
                        new BertConfig(13, 32, 2, 2, 64, 32, 2, 0, 1e-12),
                        List.of(1, 1, 1, 1),
                        0),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE));
        network.initialise(new RandomSource(7));
        return network;
    }

    private Tape.Options options(Precision precision, Workspace workspace) {
        return Tape.Options.of(backend)
                .withParallelism(Parallelism.single())
                .withWorkspace(workspace)
                .withPrecision(precision);
    }

    /** The losses of a training. */
    private double[] train(Precision precision) {
        FiaNet network = network();
        List<ParameterGroup> groups = network.groups(0.01, 2, true);
        AdamW optimizer = new AdamW(groups, 0.9, 0.999, 1e-8, backend, Parallelism.single());
        optimizer.learningRate(RATE);
        GradientClipping clipping = new GradientClipping(
                groups.stream().flatMap(g -> g.parameters().values().stream()).toList(), backend, Parallelism.single());
        Workspace workspace = new Workspace(backend);
        double[] losses = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            Scene scene = scene(step);
            optimizer.zeroGrad();
            try (Tape tape =
                    Tape.recording(options(precision, workspace).withTraining(RandomSource.forStep(3, step)))) {
                SentenceInput words = scene.sentences().upload(tape, network);
                Var loss = network.loss(
                        tape,
                        network.upload(tape, scene.image()),
                        words,
                        tape.indices(scene.target(), 2),
                        SegmentationLoss.published());
                losses[step] = loss.value().item();
                tape.backward(loss);
                clipping.clip(1);
                optimizer.step();
            }
        }
        return losses;
    }

    private float[] logits(FiaNet network, Precision precision) {
        Scene scene = scene(1000);
        try (Tape tape = Tape.inference(options(precision, new Workspace(backend)))) {
            return network.answer(tape, scene.image(), scene.sentences(), Tensor::toFloatArray);
        }
    }

    @Test
    void logitsOfNoiseAreCloseToThoseInF32() {
        FiaNet network = network();
        float[] expected = logits(network, Precision.F32);
        float[] got = logits(network, Precision.BF16);
        double largest = 0;
        double error = 0;
        for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs(expected[i] - got[i]));
        }
        assertTrue(error > 0, "bf16 must round");
        assertTrue(error <= LOGIT_BOUND * largest, error + " of " + largest);
    }

    private static double mean(double[] losses, int last) {
        return Arrays.stream(losses, last + 1 - WINDOW, last + 1).average().orElseThrow();
    }

    @Test
    void fiftyStepsLoseWhatF32Loses() {
        double[] exact = train(Precision.F32);
        double[] rounded = train(Precision.BF16);
        assertTrue(mean(exact, STEPS - 1) < 0.96 * mean(exact, WINDOW - 1), "it must learn");
        for (int step = WINDOW - 1; step < STEPS; step++) {
            double expected = mean(exact, step);
            assertEquals(expected, mean(rounded, step), LOSS_BOUND * expected, "loss up to step " + step);
        }
    }
}
