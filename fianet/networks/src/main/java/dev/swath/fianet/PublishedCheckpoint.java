package dev.swath.fianet;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Recognition;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.files.json.Json;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network as its published training script saves one: every entry of its state dict in its order, index tables and batch
 * counts included, floats as f32; {@code load_state_dict} takes it strictly.
 */
public final class PublishedCheckpoint {
    private PublishedCheckpoint() {}

    /** The entries of a model in that order; what may be missing is made up for. */
    public static StateDict tensors(Checkpoint source) {
        NetworkProvider provider = Recognition.network(source);
        ModelConfig sizes = ModelSettings.deduce(provider, source);
        StateDict from = provider.tensors(source);
        ReferringNetwork network = sizes.network().create();
        RandomSource random = new RandomSource(0);
        network.namedParameters().forEach((name, parameter) -> {
            if (!from.contains(name) && provider.optional(name, sizes.network())) {
                parameter.initialise(random);
            }
        });
        StateDict own = network.stateDict();
        StateDict out = new StateDict();
        for (String name : own.names()) {
            StateDict.Entry e = from.find(name).orElse(null);
            if (!provider.exported(name)) {
                continue;
            }
            if (e == null && provider.optional(name, sizes.network())) {
                out.put(name, own.entry(name));
            } else if (e != null) {
                out.put(name, e.dtype().isFloating() ? single(e) : e);
            }
        }
        List<String> unknown =
                from.names().stream().filter(n -> !own.contains(n)).toList();
        List<String> missing = own.names().stream()
                .filter(n -> !out.contains(n) && provider.exported(n))
                .toList();
        List<LoadReport.MisShaped> misShaped = network.targets().entrySet().stream()
                .filter(t -> out.contains(t.getKey())
                        && !out.entry(t.getKey()).shape().equals(t.getValue()))
                .map(t -> new LoadReport.MisShaped(t.getKey(), t.getValue(), shape(out, t.getKey())))
                .toList();
        new LoadReport(List.copyOf(out.names()), missing, unknown, misShaped)
                .requireComplete(source.path().toString());
        return out;
    }

    private static Shape shape(StateDict tensors, String name) {
        return tensors.entry(name).shape();
    }

    private static StateDict.Entry single(StateDict.Entry e) {
        return new StateDict.Entry(DType.F32, e.shape(), _ -> e.read().to(DType.F32));
    }

    /** What a file or folder holds, for people, to follow "holds": by its names, and by the configuration beside them where that names the network. */
    public static String words(Checkpoint source, Path path) {
        Recognition found = Recognition.of(source);
        if (found instanceof Recognition.Known) {
            try {
                return ModelSettings.ifDetermined(source, path)
                        .<Recognition>map(s -> new Recognition.Known(s.provider()))
                        .orElse(found)
                        .words();
            } catch (WeightsException unfitting) {
                return found.words(); // its configuration is another one's; the names tell all the same
            }
        }
        return found.words();
    }

    /**
     * The text of the {@code config.json} that belongs to the weights of a file or folder, to be written beside them: heads,
     * image size and all else that the tensors do not tell. Empty if they are no whole network's, or if something is not said.
     */
    public static Optional<String> config(Checkpoint source, Path path) {
        if (!(Recognition.of(source) instanceof Recognition.Known)) {
            return Optional.empty();
        }
        try {
            return ModelSettings.ifDetermined(source, path)
                    .map(s -> Json.write(s.config().toJson(), false));
        } catch (WeightsException incomplete) {
            return Optional.empty(); // weights that fit no configuration can still be written by themselves
        }
    }

    /**
     * Writes a model as a {@code .pth} whose dict holds the tensors under {@code model}, and its configuration as a text under
     * {@code swath_config}, where it is known.
     *
     * @param path the file or folder that the source was opened by
     */
    public static void write(Checkpoint source, Path path, Path out) {
        Map<String, String> more = config(source, path)
                .map(text -> Map.of(Checkpoint.Settings.CONFIG, text))
                .orElse(Map.of());
        TorchWriter.write(out, "model", tensors(source), more);
    }
}
