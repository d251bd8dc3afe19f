package dev.swath.fianet.train;

import dev.swath.fianet.data.ReferringDataset;
import dev.swath.kernels.Parallelism;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The splits of a run; whoever opened them closes them.
 *
 * @param train to learn from
 * @param selection to choose the best state by
 */
public record TrainingData(ReferringDataset train, ReferringDataset selection) {
    /** The fingerprints of both, by the name of the split. */
    Map<String, String> fingerprints() {
        Map<String, String> out = new LinkedHashMap<>();
        out.put(train.split().key(), train.fingerprint());
        out.put(selection.split().key(), selection.fingerprint());
        return out;
    }

    /** The fingerprints of the images and masks of both, where there are any, by the name of the split. */
    Map<String, String> pixels(Parallelism threads) {
        Map<String, String> out = new LinkedHashMap<>();
        for (ReferringDataset data : List.of(train, selection)) {
            String sum = data.pixelFingerprint(threads);
            if (!sum.isEmpty()) {
                out.put(data.split().key(), sum);
            }
        }
        return out;
    }
}
