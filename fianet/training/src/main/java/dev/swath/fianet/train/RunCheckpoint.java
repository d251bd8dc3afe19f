package dev.swath.fianet.train;

import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.files.AtomicFile;
import dev.swath.files.FileFaults;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.train.TrainingException;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the checkpoints of a run: model folders, with the optimizer's state beside the model in {@code last}. */
final class RunCheckpoint implements NetworkTrainer.Saver {
    static final String CONFIG = "config.json";
    static final String MODEL = "model.safetensors";
    static final String VOCABULARY = "vocab.txt";
    static final String OPTIMIZER = "training.safetensors";
    static final String STATE = "training.json";

    /** Room for headers and small files. */
    private static final long SLACK = 1 << 20;

    private final RunFolder folder;
    private final ReferringNetwork network;
    private final byte[] vocabulary;
    private @Nullable AdamW optimizer;

    RunCheckpoint(RunFolder folder, ReferringNetwork network, Path vocabularyFile) {
        this.folder = folder;
        this.network = network;
        try {
            this.vocabulary = Files.readAllBytes(vocabularyFile);
        } catch (IOException e) {
            throw new TrainingException("[train] the vocabulary " + Quoted.path(vocabularyFile) + " cannot be read: "
                    + FileFaults.reason(e));
        }
    }

    /** Refuses the newest checkpoint if one of its files is not the one that it was saved with; an older version's has no sums. */
    static void requireWhole(Path last, RunState state) {
        for (String name : List.of(MODEL, OPTIMIZER, CONFIG, VOCABULARY)) {
            String path = Quoted.path(last.resolve(name));
            if (!Files.isRegularFile(last.resolve(name))) {
                throw new TrainingException(
                        "[train] " + path + " is missing; a run goes on from all files of its last" + " checkpoint");
            }
            String was = state.sums().get(name);
            if (was == null && state.sums().isEmpty()) {
                continue;
            }
            try {
                if (!Checksums.sha256(last.resolve(name)).equals(was)) {
                    throw new TrainingException("[train] " + path + " is not the file that the checkpoint was saved"
                            + " with: its SHA-256 is another than in " + STATE
                            + "; put the saved file back, or begin a new run in another folder");
                }
            } catch (IOException e) {
                throw new TrainingException("[train] " + path + " cannot be read: " + FileFaults.reason(e), e);
            }
        }
    }

    /** Says whose state is saved with the model. */
    void bind(AdamW adam) {
        optimizer = adam;
    }

    @Override
    public String last(RunState state) {
        AdamW adam = optimizer;
        if (adam == null) {
            throw new IllegalStateException("an optimizer must be bound first");
        }
        StateDict moments = adam.state();
        folder.write(RunFolder.LAST, bytes(network.stateDict()) + bytes(moments), to -> {
            Safetensors.write(to.resolve(OPTIMIZER), moments, Map.of());
            model(to, state, List.of(MODEL, OPTIMIZER, CONFIG, VOCABULARY));
        });
        return folder.resolve(RunFolder.LAST).toString();
    }

    @Override
    public void best(RunState state) {
        folder.write(
                RunFolder.BEST, bytes(network.stateDict()), to -> model(to, state, List.of(MODEL, CONFIG, VOCABULARY)));
    }

    private void model(Path to, RunState state, List<String> summed) throws IOException {
        Safetensors.write(to.resolve(MODEL), network.stateDict(), Map.of("format", "pt"));
        AtomicFile.write(to.resolve(CONFIG), json(state.config().model().toJson()));
        AtomicFile.write(to.resolve(VOCABULARY), vocabulary);
        Map<String, String> sums = new LinkedHashMap<>();
        for (String name : summed) {
            sums.put(name, Checksums.sha256(to.resolve(name)));
        }
        AtomicFile.write(to.resolve(STATE), json(state.withSums(sums).toJson()));
    }

    private static byte[] json(Map<String, Object> object) {
        return (Json.write(object, true) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static long bytes(StateDict tensors) {
        long sum = SLACK;
        for (String name : tensors.names()) {
            StateDict.Entry e = tensors.entry(name);
            sum += e.shape().elements() * e.dtype().bytes();
        }
        return sum;
    }
}
