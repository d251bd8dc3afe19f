package dev.swath.fianet.cli;

import dev.swath.fianet.data.Layout;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Finds out what {@code --data} holds. */
final class Layouts {
    private Layouts() {}

    /** Data sets that a folder can hold. */
    enum Dataset {
        REFSEGRS(DatasetVocabulary.REFSEGRS),
        RRSISD(DatasetVocabulary.RRSISD),
        RISBENCH(DatasetVocabulary.RISBENCH);

        private final DatasetVocabulary vocabulary;

        Dataset(DatasetVocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }
    }

    /** The layout of the data set that is asked for; of whichever is there, which it says, if none is. */
    static Layout of(CommandSpec spec, Path data, @Nullable Dataset dataset) {
        Layout found = Layout.detect(data, dataset == null ? null : dataset.vocabulary)
                .orElseThrow(() -> new UsageException(Quoted.path(data)
                        + " has no layout of RefSegRS (output_phrase_train.txt, images/, masks/), of RRSIS-D"
                        + " (rrsisd/refs(unc).p, rrsisd/instances.json, images/rrsisd/JPEGImages/), or of JSON lines"
                        + " (datainfo/risbench_train.jsonl, img_rgb/)"));
        if (dataset == null) {
            spec.commandLine()
                    .getErr()
                    .println("swath: " + Quoted.path(data) + " has the layout of " + found.describe() + ".");
        }
        return found;
    }
}
