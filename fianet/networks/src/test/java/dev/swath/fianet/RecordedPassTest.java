package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.PretendedBackend;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecordedPassTest {
    private static final int SIDE = 33;

    private final FiaNet network = new FiaNet(TinyModel.config());

    private static Tensor image(long seed) {
        float[] values = new float[SIDE * SIDE * 3];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-2, 2);
        }
        return Tensor.of(values, 1, SIDE, SIDE, 3);
    }

    private static SentenceBatch sentence(long... ids) {
        long[] all = new long[ids.length];
        Arrays.fill(all, 1);
        long[] object = new long[ids.length];
        object[0] = 1;
        long[] position = all.clone();
        position[0] = 0;
        return SentenceBatch.of(ids, all, object, position);
    }

    private static float[] eager(FiaNet network, Tape.Options options, Tensor image, SentenceBatch batch) {
        try (Tape tape = Tape.inference(options)) {
            return network.answer(tape, image, batch, Tensor::toFloatArray);
        }
    }

    @Test
    void runsAgainWithOtherPicturesAndSentences() {
        try (Backend device = new PretendedBackend()) {
            network.initialise(new RandomSource(7));
            network.to(device);
            Tape.Options options = Tape.Options.of(device).withParallelism(Parallelism.single());
            SentenceBatch first = sentence(2, 5, 6, 3);
            SentenceBatch other = sentence(2, 11, 7, 3);
            try (RecordedPass pass = new RecordedPass(network, options, image(1), first)) {
                float[] a = pass.answer(image(1), first).toFloatArray();
                assertArrayEquals(eager(network, options, image(1), first), a);
                float[] b = pass.answer(image(2), other).toFloatArray();
                assertArrayEquals(eager(network, options, image(2), other), b);
                assertFalse(Arrays.equals(a, b));
                assertArrayEquals(a, pass.answer(image(1), first).toFloatArray());
            }
        }
    }

    @Test
    void keepsThePassesThatWereUsedLast() {
        try (Backend device = new PretendedBackend()) {
            network.initialise(new RandomSource(7));
            network.to(device);
            Tape.Options options = Tape.Options.of(device).withParallelism(Parallelism.single());
            try (Recordings recordings = new Recordings(network, options)) {
                long settled = 0;
                for (int length = 2; length < 9; length++) {
                    long[] ids = new long[length];
                    Arrays.fill(ids, 6);
                    SentenceBatch batch = sentence(ids);
                    assertArrayEquals(
                            eager(network, options, image(length), batch),
                            recordings.answer(image(length), batch).toFloatArray());
                    if (length == 6) {
                        settled = device.memory().used();
                    }
                }
                assertEquals(settled, device.memory().used(), settled * 0.1, "what was dropped is given back");
            }
        }
    }
}
