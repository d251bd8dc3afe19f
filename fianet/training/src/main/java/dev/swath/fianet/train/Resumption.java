package dev.swath.fianet.train;

import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.nn.train.TrainingException;
import dev.swath.tokenizer.Vocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must be the same when a run goes on: configuration, data, vocabulary. It may become longer. */
final class Resumption {
    private static final String EPOCHS = "epochs";
    private static final List<String> FREE = List.of("save_every", "checkpointing");

    private Resumption() {}

    /** Compares configuration and data; returns what people should know. */
    static List<String> requireSame(TrainingRun.Options o, RunState saved) {
        Map<String, String> was = flat(saved.config().toJson(), "", new LinkedHashMap<>());
        flat(o.config().toJson(), "", new LinkedHashMap<>()).forEach((key, value) -> {
            if (!FREE.contains(key) && !key.equals(EPOCHS) && !value.equals(was.get(key))) {
                throw new TrainingException("[train] a resumed run keeps its configuration, but '" + key + "' is "
                        + Quoted.text(was.get(key)) + " in the checkpoint and " + Quoted.text(value)
                        + " now; leave it as it was, or begin a new run in another folder");
            }
        });
        o.data().fingerprints().forEach((split, now) -> {
            if (!now.equals(saved.data().get(split))) {
                throw new TrainingException("[train] a resumed run keeps its data, but the samples and sentences of the"
                        + " split '" + split + "' are not those that it was begun with: their fingerprint is "
                        + Quoted.text(saved.data().get(split)) + " in the checkpoint and " + Quoted.text(now)
                        + " now; give the same data");
            }
        });
        return longer(saved.config().epochs(), o.config().epochs());
    }

    private static List<String> longer(int before, int now) {
        List<String> notes = new ArrayList<>();
        if (now < before) {
            throw new TrainingException("[train] a resumed run may become longer but not shorter: 'epochs' is " + before
                    + " in the checkpoint and " + now + " now; end it early with --max-steps");
        }
        if (now > before) {
            notes.add("the run becomes longer, " + Counted.of(now, "epoch") + " instead of " + before
                    + ": from here on the learning rate goes by the new length");
        }
        return notes;
    }

    /** Compares the vocabulary of the checkpoint with a file. */
    static void requireSame(Vocabulary own, Path file) {
        Vocabulary given = Vocabulary.load(file);
        boolean same = own.size() == given.size();
        for (int id = 0; same && id < own.size(); id++) {
            same = own.piece(id).equals(given.piece(id));
        }
        if (!same) {
            throw new TrainingException("[train] a resumed run keeps its vocabulary, but " + Quoted.path(file)
                    + " holds other pieces than the checkpoint's; give the same file or none");
        }
    }

    /** Compares the images and masks; those of a split that the checkpoint says nothing about may be any. */
    static void requireSamePixels(RunState saved, Map<String, String> now) {
        saved.pixels().forEach((split, was) -> {
            if (!was.equals(now.get(split))) {
                throw new TrainingException("[train] a resumed run keeps its data, but images or masks of the split '"
                        + Quoted.text(split)
                        + "' are not those that it was begun with; put those back, or begin a new run"
                        + " in another folder");
            }
        });
    }

    private static Map<String, String> flat(Map<String, Object> json, String prefix, Map<String, String> into) {
        json.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner) {
                Map<String, Object> named = new LinkedHashMap<>();
                inner.forEach((k, v) -> named.put(String.valueOf(k), v));
                flat(named, prefix + key + ".", into);
            } else {
                into.put(prefix + key, String.valueOf(value));
            }
        });
        return into;
    }
}
