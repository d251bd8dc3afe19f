package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.ComparedNetwork;
import dev.swath.weights.pickle.Pickler.Namespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Writes noise weights of a compared network in the outer form in which its files are published. */
public final class ComparedCheckpoint {
    private static final String TEXT = "text_encoder.";

    private ComparedCheckpoint() {}

    /** Writes a checkpoint. */
    public static void write(Path file, ComparedConfig config, long seed) throws IOException {
        NoiseWeights noise = new NoiseWeights(config, seed);
        SavedTensors saved = new SavedTensors();
        saved.write(
                file,
                switch (config.network()) {
                    case CROSSVLT -> // its test program reads a bare mapping, which has no temperatures
                        saved.model(noise, select(noise, name -> !name.equals("temp")), UnaryOperator.identity());
                    case DLSA_ORIGINAL, DLSA_LEGACY -> root(config, saved, noise);
                    case LAVT, LAVT_ONE, RMSIN, REMOTESAM, MAFN, LGCE, FIANET_CIM, FIANET_LGCE, FIANET_NONE ->
                        training(root(config, saved, noise));
                });
    }

    private static List<StateEntry> select(NoiseWeights noise, Predicate<String> names) {
        return noise.entries().stream()
                .filter(entry -> names.test(entry.name()))
                .toList();
    }

    private static Map<String, Object> root(ComparedConfig config, SavedTensors saved, NoiseWeights noise) {
        Map<String, Object> root = new LinkedHashMap<>();
        if (config.network() == ComparedNetwork.LAVT) {
            root.put("model", saved.model(noise, select(noise, name -> !name.startsWith(TEXT)), name -> name));
            root.put(
                    "bert_model",
                    saved.model(
                            noise,
                            select(noise, name -> name.startsWith(TEXT)),
                            name -> name.substring(TEXT.length())));
        } else {
            root.put("model", saved.model(noise, noise.entries(), UnaryOperator.identity()));
        }
        root.put("args", arguments(config));
        return root;
    }

    private static Map<String, Object> training(Map<String, Object> root) {
        root.put("optimizer", Map.of("state", Map.of(), "param_groups", List.of()));
        root.put("epoch", 39);
        root.put("lr_scheduler", Map.of("base_lrs", List.of(3e-05), "last_epoch", 16260));
        return root;
    }

    private static Namespace arguments(ComparedConfig config) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("batch_size", 8);
        arguments.put("bert_tokenizer", "bert-base-uncased");
        arguments.put("ck_bert", "bert-base-uncased");
        arguments.put("fusion_drop", 0.0);
        arguments.put("img_size", ComparedConfig.imageSize(config.network()));
        arguments.put("mha", "");
        arguments.put("model", config.network() == ComparedNetwork.LAVT ? "lavt" : "lavt_one");
        arguments.put("swin_type", "base");
        arguments.put("window12", config.trunk().window() == 12);
        if (config.network() == ComparedNetwork.MAFN) {
            arguments.put("kernels", List.of(1, 3, 5));
        }
        if (config.network().isDlsa()) {
            arguments.put("use_text_decoder", true);
            arguments.put("text_decoder_variant", "glf_adapt");
            arguments.put("text_decoder_stages", "tg2_tg1");
            arguments.put("td_uncertainty_gate", false);
            arguments.put("alti_ablation", "none");
            arguments.put("use_decoder_sgamc", false);
        }
        return new Namespace(arguments);
    }
}
