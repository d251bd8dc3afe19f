package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Precision;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.GradientClipping;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.PretendedBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecordedStepTest {
    private static final int SIDE = 33;
    private static final int WORDS = 5;
    private static final double BOUND = 0.5;

    /** One training, launched or, from its third step on, recorded. */
    private static final class Training {
        final FiaNet network = new FiaNet(new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(16, List.of(1, 1, 1, 1), List.of(1, 2, 4, 8), 4, 4, 4, 0.3),
                        new BertConfig(13, 32, 1, 1, 64, 32, 2, 0.1, 1e-12),
                        List.of(1, 1, 1, 1),
                        0.1),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE));
        final Backend backend;
        final AdamW optimizer;
        final GradientClipping clipping;
        final RandomSource random = new RandomSource(11);

        Training(Backend backend) {
            this.backend = backend;
            network.initialise(new RandomSource(7));
            network.to(backend);
            List<ParameterGroup> groups = network.groups(0.01, 1, true);
            optimizer = new AdamW(groups, 0.9, 0.999, 1e-8, backend, Parallelism.single());
            clipping = new GradientClipping(
                    groups.stream()
                            .flatMap(g -> g.parameters().values().stream())
                            .toList(),
                    backend,
                    Parallelism.single());
        }

        Tape.Options options() {
            return Tape.Options.of(backend)
                    .withParallelism(Parallelism.single())
                    .withTraining(random);
        }

        RecordedStep record(List<RecordedStep.Part> like) {
            return new RecordedStep(
                    network,
                    options(),
                    like,
                    new RecordedStep.Update(optimizer, clipping, BOUND, SegmentationLoss.published()));
        }

        double launch(List<RecordedStep.Part> parts) {
            optimizer.zeroGrad();
            double loss = 0;
            List<Tape> tapes = new ArrayList<>();
            List<Var> losses = new ArrayList<>();
            for (RecordedStep.Part p : parts) {
                Tape tape = Tape.recording(options());
                tapes.add(tape);
                Var image = network.upload(tape, p.image());
                SentenceInput sentences = p.sentences().upload(tape, network);
                Var value =
                        network.loss(tape, image, sentences, tape.indices(p.target(), 2), SegmentationLoss.published());
                tape.backward(value, 1.0 / parts.size());
                losses.add(value);
            }
            clipping.clip(BOUND);
            optimizer.step();
            for (Var value : losses) {
                loss += value.value().item() / losses.size();
            }
            tapes.forEach(Tape::close);
            return loss;
        }
    }

    private static RecordedStep.Part part(int seed, int words) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] image = new float[SIDE * SIDE * 3];
        for (int i = 0; i < image.length; i++) {
            image[i] = (float) random.nextDouble(-2, 2);
        }
        float[] ones = new float[words];
        Arrays.fill(ones, 1);
        Tensor mask = Tensor.of(ones, 1, words);
        long[] target = random.longs(SIDE * SIDE, 0, 2).toArray();
        return new RecordedStep.Part(
                Tensor.of(image, 1, SIDE, SIDE, 3),
                new SentenceBatch(Tensor.of(random.longs(words, 4, 13).toArray(), 1, words), mask, mask, mask),
                Tensor.of(target, 1, SIDE, SIDE));
    }

    @Test
    void doesWhatTheStepsDoOneKernelAfterTheOther() {
        Training launched = new Training(new ScalarBackend());
        try (PretendedBackend device = new PretendedBackend()) {
            Training recorded = new Training(device);
            RecordedStep step = null;
            for (int i = 0; i < 5; i++) {
                List<RecordedStep.Part> parts = List.of(part(2 * i, WORDS), part(2 * i + 1, WORDS));
                double rate = 1e-3 / (i + 1);
                launched.optimizer.learningRate(rate);
                recorded.optimizer.learningRate(rate);
                double expected = launched.launch(parts);
                if (i == 2) {
                    step = recorded.record(parts);
                }
                double got = step == null ? recorded.launch(parts) : step.run(parts, recorded.random);
                assertEquals(expected, got, "loss of step " + i);
                assertEquals(launched.clipping.norm(), recorded.clipping.norm(), "norm of step " + i);
                assertEquals(launched.random.draws(), recorded.random.draws(), "draws after step " + i);
            }
            launched.network
                    .namedParameters()
                    .forEach((name, p) -> assertArrayEquals(
                            p.value().toFloatArray(),
                            recorded.network.namedParameters().get(name).value().toFloatArray(),
                            name));
            RecordedStep last = step;
            List<RecordedStep.Part> others = List.of(part(1, WORDS + 1), part(2, WORDS + 1));
            assertThrows(IllegalArgumentException.class, () -> last.run(others, recorded.random));
            last.close();
        }
    }

    @Test
    void weightsStayF32WherePassesAreBf16() {
        Training training = new Training(new ScalarBackend());
        List<RecordedStep.Part> parts = List.of(part(1, WORDS));
        RecordedStep.Part p = parts.getFirst();
        try (Tape tape = Tape.recording(training.options().withPrecision(Precision.BF16))) {
            Var value = training.network.loss(
                    tape,
                    training.network.upload(tape, p.image()),
                    p.sentences().upload(tape, training.network),
                    tape.indices(p.target(), 2),
                    SegmentationLoss.published());
            assertEquals(DType.F32, value.dtype());
            tape.backward(value);
            training.network.namedParameters().forEach((name, parameter) -> {
                Tensor gradient = parameter.grad();
                if (gradient != null) {
                    assertEquals(DType.F32, gradient.dtype(), name);
                }
            });
        }
    }
}
