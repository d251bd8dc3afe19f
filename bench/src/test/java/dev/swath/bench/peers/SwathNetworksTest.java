package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.bench.checkpoint.ComparedCheckpoint;
import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import dev.swath.kernels.DeviceRequest;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The compared networks of Swath beside those of libtorch, small ones of noise weights. */
class SwathNetworksTest {
    private static final int SIZE = 96;
    private static final int WORDS = 20;
    private static final long SEED = 3;

    /** Room for the rounding of 32-bit floats, which norms over nine cells amplify. */
    private static final double ROUNDING = 2e-3;

    /** Room for what AdamW makes of that: a gradient that is nothing but rounding becomes a step of full length. */
    private static final double DRIFT = 2e-2;

    private final SyntheticInput scene = SyntheticInput.of(SIZE, SIZE, WORDS, SEED);

    @BeforeAll
    static void useOneThread() {
        TorchFiaNet.setThreads(1);
        TorchFiaNet.setOneDnn(false);
    }

    @ParameterizedTest
    @EnumSource
    void opensPublishedFilesAndAnswersLikeLibtorch(ComparedNetwork network, @TempDir Path folder) throws IOException {
        ComparedConfig config = ComparedConfig.compact(network, SIZE);
        FiaNetInput input = input(config);
        Path file = folder.resolve("weights.pth");
        ComparedCheckpoint.write(file, config, SEED);
        ModelConfig settings =
                new ModelConfig(SwathNetworks.translate(config), DatasetVocabulary.REFSEGRS, WORDS, SIZE);
        Path keys = Files.writeString(folder.resolve("config.json"), Json.write(settings.toJson(), true));
        ReferringSegmenter.Options options = ReferringSegmenter.Options.defaults()
                .withDevice(DeviceRequest.CPU)
                .withParallelism(Parallelism.single())
                .withModelConfig(keys);
        ReferringSegmenter.Tokens tokens = new ReferringSegmenter.Tokens(
                input.ids().toLongArray(),
                input.context().toLongArray(),
                input.object().toLongArray(),
                input.position().toLongArray());
        StateDict weights = new NoiseWeights(config, SEED).stateDict();
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(file, options);
                TorchCompared peer = new TorchCompared(config, weights, TorchFiaNet.Precision.DOUBLE)) {
            Golden.assertClose(
                    network.key(),
                    peer.forward(input),
                    segmenter.segment(Images.of(scene.picture()), tokens).logits(),
                    ROUNDING);
        }
    }

    @ParameterizedTest
    @EnumSource
    void learnsLikeLibtorch(ComparedNetwork network) {
        ComparedConfig config = ComparedConfig.compact(network, SIZE);
        FiaNetInput input = twice(input(config));
        StateDict weights = new NoiseWeights(config, SEED).stateDict();
        long[] halves = new long[2 * SIZE * SIZE];
        Arrays.fill(
                halves,
                SIZE * SIZE / 2,
                3 * SIZE * SIZE / 2,
                1); // the lower one of one image, the upper one of the other
        Tensor target = Tensor.of(halves, 2, SIZE, SIZE);
        try (TrainingEngine swath = new SwathTraining(config, weights, 1);
                TrainingEngine peer = new TorchTraining(config, weights, TorchFiaNet.Precision.DOUBLE)) {
            for (int step = 0; step < 2; step++) {
                double wanted = peer.step(input, target);
                double room = (step == 0 ? ROUNDING : DRIFT) * wanted;
                assertEquals(wanted, swath.step(input, target), room, network + " in step " + step);
                peer.update(1e-4);
                swath.update(1e-4);
            }
        }
    }

    /** The scene, and its sentence in the words of a small vocabulary. */
    private FiaNetInput input(ComparedConfig config) {
        FiaNetInput full = scene.input();
        int vocabulary = config.trunk().text().vocabulary();
        long[] ids = Arrays.stream(full.ids().toLongArray())
                .map(id -> id % vocabulary)
                .toArray();
        return new FiaNetInput(
                full.image(), Tensor.of(ids, 1, ids.length), full.context(), full.object(), full.position());
    }

    /** A batch of two, the second image the first one's negative: norms over one cell of each image need two of them. */
    private static FiaNetInput twice(FiaNetInput one) {
        float[] pixels = one.image().toFloatArray();
        float[] both = Arrays.copyOf(pixels, 2 * pixels.length);
        for (int i = 0; i < pixels.length; i++) {
            both[pixels.length + i] = -pixels[i];
        }
        return new FiaNetInput(
                Tensor.of(both, 2, 3, SIZE, SIZE),
                twice(one.ids()),
                twice(one.context()),
                twice(one.object()),
                twice(one.position()));
    }

    private static Tensor twice(Tensor row) {
        long[] values = row.toLongArray();
        long[] both = Arrays.copyOf(values, 2 * values.length);
        System.arraycopy(values, 0, both, values.length, values.length);
        return Tensor.of(both, 2, values.length);
    }
}
