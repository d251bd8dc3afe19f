package dev.swath.fianet.train;

import dev.swath.fianet.data.BatchLoader;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A training small enough for tests: a network of a few thousand values on bright squares in noise. */
final class TinyRun {
    static final List<String> PIECES =
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "car", "road", "on", "left", "right", "upper");

    private TinyRun() {}

    /** Noise with a bright square, at the left or at the right, of which the sentence tells. */
    record Squares(Split split, int size) implements ReferringDataset {
        @Override
        public DatasetVocabulary vocabulary() {
            return DatasetVocabulary.REFSEGRS;
        }

        @Override
        public String sentence(int i) {
            return i % 2 == 0 ? "the car on the left" : "the car on the right";
        }

        @Override
        public String category(int i) {
            return "car";
        }

        @Override
        public Sample read(int i) {
            int side = 36;
            byte[] rgb = new byte[3 * side * side];
            byte[] mask = new byte[side * side];
            new SplittableRandom(100 * split.ordinal() + i).nextBytes(rgb);
            int left = i % 2 == 0 ? 2 : 20;
            for (int y = 10; y < 24; y++) {
                for (int x = left; x < left + 14; x++) {
                    mask[y * side + x] = 1;
                    for (int c = 0; c < 3; c++) {
                        rgb[3 * (y * side + x) + c] = (byte) 250;
                    }
                }
            }
            return new Sample(
                    split.key() + i, new RgbImage(side, side, rgb), sentence(i), new Mask(side, side, mask), "car");
        }

        @Override
        public String fingerprint() {
            return split.key() + size;
        }

        @Override
        public void close() {}
    }

    /** Two epochs of four steps; the keys of {@code more} win. */
    static TrainingConfig config(String more) {
        String base = """
                {"model": {"image_size": 36,
                  "swin": {"embed_dim": 8, "depths": [1, 1, 2, 1], "heads": [1, 2, 2, 2], "window": 4},
                  "bert": {"vocabulary": 12, "hidden": 8, "layers": 1, "heads": 2, "intermediate": 16, "positions": 24},
                  "tmem_blocks": 1},
                 "epochs": 2, "batch": 2, "optimizer": {"learning_rate": 0.002},
                 "text": {"trained_layers": 1, "train_embeddings": true}}
                """;
        TrainingConfig defaults = TrainingConfig.fromJson(
                new Fields(Json.parseObject(base), "base"), TrainingConfig.published(DatasetVocabulary.REFSEGRS));
        return TrainingConfig.fromJson(new Fields(Json.parseObject(more), "more"), defaults);
    }

    static TrainingData data() {
        return new TrainingData(new Squares(Split.TRAIN, 9), new Squares(Split.VAL, 2));
    }

    static TrainingRun.Options options(
            Path out, TrainingConfig config, boolean resume, long maxSteps, Parallelism threads) {
        return options(out, config, resume, maxSteps, threads, BatchLoader.Options.THREADS);
    }

    static TrainingRun.Options options(
            Path out, TrainingConfig config, boolean resume, long maxSteps, Parallelism threads, int loaderThreads) {
        Path vocabulary = out.resolveSibling("vocab.txt");
        try {
            Files.write(vocabulary, PIECES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TrainingRun.Options(
                out,
                config,
                data(),
                vocabulary,
                TrainingRun.Origin.NOISE,
                resume,
                maxSteps,
                Backends.cpu(),
                threads,
                loaderThreads,
                Map.of());
    }

    /** Runs on one thread. */
    static void run(Path out, TrainingConfig config, boolean resume, long maxSteps) {
        try (TrainingRun run = TrainingRun.open(options(out, config, resume, maxSteps, Parallelism.single()))) {
            run.run(List.of());
        }
    }

    /** Trains in a process of its own, to be killed: the folder, saving after each step. */
    public static void main(String[] args) {
        run(Path.of(args[0]), config("{\"save_every\": 1}"), true, Long.MAX_VALUE);
    }
}
