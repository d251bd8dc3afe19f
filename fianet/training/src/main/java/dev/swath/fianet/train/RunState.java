package dev.swath.fianet.train;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import dev.swath.files.json.Fields;
import dev.swath.files.json.JsonException;
import dev.swath.nn.train.TrainingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What going on with a run needs besides tensors, and where its weights come from; {@code training.json} of a checkpoint.
 *
 * @param steps optimizer steps done
 * @param evaluationDue whether the evaluation after the last epoch is still to come
 * @param randomSeed of dropout and drop path
 * @param randomDraws draws taken so far
 * @param best highest figure so far; -0.1, below every figure, if there was none
 * @param bestEpoch epoch of it, from 1; 0 if there was none
 * @param data fingerprints of the splits by name
 * @param pixels fingerprints of the splits' images and masks by name; none for data that are drawn, nor from an older version
 * @param sums SHA-256 of the files beside this one by name; none before they are saved, nor from an older version
 * @param config of the run
 * @param provenance versions, command, first weights: to be read by people
 */
record RunState(
        long steps,
        boolean evaluationDue,
        long randomSeed,
        long randomDraws,
        double best,
        int bestEpoch,
        Map<String, String> data,
        Map<String, String> pixels,
        Map<String, String> sums,
        TrainingConfig config,
        Map<String, Object> provenance) {
    /** The published code's first value, so that any figure is better. */
    static final double NO_BEST = -0.1;

    private static final System.Logger LOGGER = System.getLogger(RunState.class.getName());

    /**
     * 3: sums of the files and fingerprints of the pixels are there. 2: random draws are numbered and come from Philox. With 1 they
     * came one after another from another generator; such a run goes on, with other dropout from there on.
     */
    private static final int FORMAT = 3;

    private static final int SUMS = 3;
    private static final int PHILOX = 2;

    /** The same run at another moment. */
    RunState at(long step, boolean due, long draws) {
        return new RunState(step, due, randomSeed, draws, best, bestEpoch, data, pixels, sums, config, provenance);
    }

    /** With another best figure. */
    RunState withBest(double value, int epoch) {
        return new RunState(
                steps, evaluationDue, randomSeed, randomDraws, value, epoch, data, pixels, sums, config, provenance);
    }

    /** With the sums of the files that it is saved with. */
    RunState withSums(Map<String, String> files) {
        return new RunState(
                steps,
                evaluationDue,
                randomSeed,
                randomDraws,
                best,
                bestEpoch,
                data,
                pixels,
                files,
                config,
                provenance);
    }

    /** With what may be another when a run goes on: the configuration's length, saving and checkpointing; and the pixels, if none were known. */
    RunState going(TrainingConfig changed, Map<String, String> found) {
        return new RunState(
                steps, evaluationDue, randomSeed, randomDraws, best, bestEpoch, data, found, sums, changed, provenance);
    }

    Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("format", FORMAT);
        out.put("steps", steps);
        out.put("evaluation_due", evaluationDue);
        out.put("random_seed", randomSeed);
        out.put("random_draws", randomDraws);
        out.put("best", best);
        out.put("best_epoch", bestEpoch);
        out.put("data", data);
        out.put("pixels", pixels);
        out.put("sha256", sums);
        out.put("config", config.toJson());
        out.put("provenance", provenance);
        return out;
    }

    /** Reads the state that a run goes on from, and says so once if it will not be quite the run that it would have been. */
    static RunState resume(Path file) {
        return read(file, true);
    }

    static RunState read(Path file) {
        return read(file, false);
    }

    private static RunState read(Path file, boolean goesOn) {
        if (!Files.isRegularFile(file)) {
            throw new TrainingException("[train] " + Quoted.path(file)
                    + " is missing; a run goes on from all files of its last checkpoint");
        }
        try {
            Fields f = Fields.of(file);
            int format = f.integer("format", 0);
            if (format < 1 || format > FORMAT) {
                throw new TrainingException("[train] " + Quoted.path(file) + " has the format " + format
                        + ", but only 1 to " + FORMAT + " can be read; use the version of Swath that wrote it");
            }
            if (goesOn && format < PHILOX) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "the run in {0} was begun by an older version: it goes on with other random numbers for dropout and"
                                + " drop path than it would have had",
                        file.getParent());
            }
            TrainingConfig config =
                    TrainingConfig.fromJson(f.object("config"), TrainingConfig.published(DatasetVocabulary.REFSEGRS));
            RunState state = new RunState(
                    f.longInteger("steps", 0),
                    f.flag("evaluation_due", false),
                    f.longInteger("random_seed", 0),
                    f.longInteger("random_draws", 0),
                    f.number("best", NO_BEST),
                    f.integer("best_epoch", 0),
                    f.textMap("data"),
                    f.textMap("pixels"),
                    f.textMap("sha256"),
                    config,
                    f.map("provenance"));
            f.requireNoOthers();
            if (format >= SUMS && state.sums.isEmpty() || state.steps < 0 || state.randomDraws < 0) {
                throw new JsonException("'steps' and 'random_draws' must not be negative, and 'sha256' must be there");
            }
            return state;
        } catch (JsonException | IllegalArgumentException e) {
            throw new TrainingException(
                    "[train] the checkpoint's " + Quoted.path(file) + " is damaged: " + Quoted.rule(e.getMessage()), e);
        }
    }
}
