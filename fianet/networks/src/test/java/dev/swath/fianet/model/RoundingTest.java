package dev.swath.fianet.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.fianet.SmallNetwork;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.optim.PolySchedule;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses of a training in f32 beside those of the same training in f64, of a small network of every kind from noise, by every processor
 * backend. Rounding is amplified from step to step, so how far they come apart says whether a backend loses digits anywhere.
 *
 * <p>{@code -Dswath.test.rounding=50} takes fifty steps and prints the greatest differences, with {@code -Dswath.test.rounding.starts=3} from
 * three starts; that takes long.
 */
class RoundingTest {
    private static final int STEPS = Integer.getInteger("swath.test.rounding", 2);

    private static final int STARTS = Integer.getInteger("swath.test.rounding.starts", 1);

    /**
     * Of a loss. Norms over the four cells of a last grid lose three of f32's seven digits; a step that loses digits anywhere else shows in
     * the second loss already. After many steps only that nothing has broken down: the scalar kernels, which sum in f64, then come as far
     * away as the others (docs/measurements.md).
     */
    private static final double BOUND = STEPS <= 5 ? 5e-4 : 0.3;

    private static final int SIZE = 40;
    private static final int BATCH = 2;
    private static final int BATCHES = 4;

    /** The published rate of most. */
    private static final double RATE = 3e-5;

    static Stream<SmallNetwork> kinds() {
        return SmallNetwork.all();
    }

    /** All of the processor's; in few steps not the scalar one, which computes in f64 and is checked against golden losses. */
    private static Stream<Backend> backends() {
        return GoldenRun.processors().filter(b -> STEPS > 5 || !b.name().equals("scalar"));
    }

    /** A step's batch: noise with a bright square at the left or at the right, and a sentence that says where. */
    private record Scenes(Tensor image, Tensor target, SentenceBatch sentences) {
        static Scenes of(int number, int length) {
            SplittableRandom random = new SplittableRandom(number);
            float[] image = new float[BATCH * SIZE * SIZE * 3];
            long[] target = new long[BATCH * SIZE * SIZE];
            long[] ids = new long[BATCH * length];
            float[] mask = new float[BATCH * length];
            for (int b = 0; b < BATCH; b++) {
                boolean left = random.nextBoolean();
                int from = left ? 4 : SIZE / 2 + 2;
                for (int p = 0; p < SIZE * SIZE; p++) {
                    boolean inside = p / SIZE > 8 && p / SIZE < 28 && p % SIZE >= from && p % SIZE < from + 14;
                    target[b * SIZE * SIZE + p] = inside ? 1 : 0;
                    for (int c = 0; c < 3; c++) {
                        image[3 * (b * SIZE * SIZE + p) + c] = (float) (inside ? 2 : random.nextDouble(-2, 2));
                    }
                }
                int words = 4 + random.nextInt(4);
                for (int n = 0; n < words; n++) {
                    ids[b * length + n] = n == 2 ? (left ? 9 : 10) : random.nextInt(1, 9);
                    mask[b * length + n] = 1;
                }
            }
            Tensor words = Tensor.of(mask, BATCH, length);
            return new Scenes(
                    Tensor.of(image, BATCH, SIZE, SIZE, 3),
                    Tensor.of(target, BATCH, SIZE, SIZE),
                    new SentenceBatch(Tensor.of(ids, BATCH, length), words, words, words));
        }
    }

    private static double[] losses(SmallNetwork kind, long start, Backend backend, DType type) {
        ModelConfig config = kind.config("\"image_size\": " + SIZE);
        ReferringNetwork network = config.network().create();
        network.initialise(new RandomSource(start));
        network.namedParameters().values().forEach(p -> p.setExactly(p.value().to(type)));
        network.to(backend);
        List<ParameterGroup> groups = network.groups(0.01, network.limits().textLayers(), true);
        network.namedParameters()
                .forEach((n, p) ->
                        p.freeze(groups.stream().noneMatch(g -> g.parameters().containsKey(n))));
        AdamW adam = new AdamW(groups, 0.9, 0.999, 1e-8, backend, Parallelism.single());
        PolySchedule schedule = PolySchedule.published(RATE, STEPS);
        SegmentationLoss loss = loss(kind);
        double[] out = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            Scenes scenes = Scenes.of(step % BATCHES, config.sentenceLength());
            Tape tape = Tape.recording(Tape.Options.of(backend)
                    .withParallelism(Parallelism.single())
                    .withTraining(RandomSource.forStep(start, step)));
            SentenceInput in = scenes.sentences().upload(tape, network);
            SentenceInput typed = new SentenceInput(
                    in.ids(),
                    Cast.apply(tape, in.masks(), type),
                    in.each().stream().map(m -> Cast.apply(tape, m, type)).toList());
            Var image = Cast.apply(tape, tape.constant(scenes.image()), type);
            Var value = network.loss(tape, image, typed, tape.indices(scenes.target(), 2), loss);
            out[step] = value.value().item();
            tape.backward(value);
            adam.step(schedule.at(step));
            adam.zeroGrad();
        }
        return out;
    }

    /** That of its published training. */
    private static SegmentationLoss loss(SmallNetwork kind) {
        Map<String, Object> keys =
                Json.parseObject(Networks.named(kind.network()).training(DatasetVocabulary.REFSEGRS));
        if (!keys.containsKey("loss")) {
            return SegmentationLoss.published();
        }
        Map<String, Object> own = Json.asObject(keys.get("loss"), "loss");
        return new SegmentationLoss(
                List.of(0.9, 1.1),
                Json.asDouble(own.get("cross_entropy"), "cross_entropy"),
                Json.asDouble(own.get("dice"), "dice"),
                SegmentationLoss.published().reduction());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void lossesStayNearThoseInDouble(SmallNetwork kind) {
        for (long start = 1; start <= STARTS; start++) {
            double[] exact = losses(kind, start, new ScalarBackend(), DType.F64);
            for (Backend backend : backends().toList()) {
                double[] got = losses(kind, start, backend, DType.F32);
                double furthest = 0;
                for (int i = 0; i < STEPS; i++) {
                    furthest = Math.max(furthest, Math.abs(got[i] - exact[i]) / Math.abs(exact[i]));
                }
                String told = String.format(
                        Locale.ROOT,
                        "%s from start %d on %s: %.2e away in %d steps, from %.4f to %.4f",
                        kind,
                        start,
                        backend.name(),
                        furthest,
                        STEPS,
                        exact[0],
                        exact[STEPS - 1]);
                if (STEPS > 5) {
                    System.out.println(told);
                }
                assertTrue(furthest <= BOUND, told);
            }
        }
    }
}
