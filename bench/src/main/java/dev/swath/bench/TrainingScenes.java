package dev.swath.bench;

import dev.swath.bench.peers.FiaNetInput;
import dev.swath.fianet.BundledModel;
import dev.swath.fianet.data.Batch;
import dev.swath.fianet.data.BatchLoader;
import dev.swath.fianet.data.InterleavedDataset;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.SampleEncoder;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.synth.SyntheticDataset;
import dev.swath.fianet.synth.SyntheticScenes;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.PosTagger;
import dev.swath.tensor.DType;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.util.List;

/** Batches of synthetic scenes for trainings side by side, the same from the same seed. */
final class TrainingScenes {
    private static final int WORDS = 22;

    private TrainingScenes() {}

    /** As many as {@code steps} need, of both data sets' kinds in turn, with the bundled model's vocabulary. */
    static BatchLoader batches(int steps, int batch, int size, long seed) {
        int each = Math.ceilDiv(steps * batch, 2);
        ReferringDataset scenes = new InterleavedDataset(List.of(
                scenes(DatasetVocabulary.REFSEGRS, each, size, seed),
                scenes(DatasetVocabulary.RRSISD, each, size, seed)));
        ExpressionParser parser = new ExpressionParser(
                new WordPieceTokenizer(BundledModel.vocabulary()),
                PosTagger.installed(),
                DatasetVocabulary.BOTH,
                WORDS,
                ExpressionParser.Mode.REFERENCE);
        return new BatchLoader(
                scenes,
                new SampleEncoder(parser, Preprocessor.imageNet(size)),
                BatchLoader.Options.training(batch, seed, 0));
    }

    private static ReferringDataset scenes(DatasetVocabulary format, int count, int size, long seed) {
        return new SyntheticDataset(new SyntheticScenes(format, seed, size), Split.TRAIN, count);
    }

    /** A batch in the layout of the peers. */
    static FiaNetInput input(Batch batch) {
        return new FiaNetInput(
                batch.image().permute(0, 3, 1, 2).contiguous(),
                batch.ids(),
                batch.context().to(DType.I64),
                batch.object().to(DType.I64),
                batch.position().to(DType.I64));
    }
}
