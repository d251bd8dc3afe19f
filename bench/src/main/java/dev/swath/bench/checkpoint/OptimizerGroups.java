package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.NetworkConfig;
import java.util.List;
import java.util.function.Predicate;

/** Which parameter the published training script puts into which group of its optimizer, and in which order. */
final class OptimizerGroups {
    /** Text layers that are not trained: the last ones. */
    private static final int FROZEN_LAYERS = 2;

    private OptimizerGroups() {}

    /** The four groups: backbone without decay, backbone with decay, decoder, and all but the last text layers. */
    static List<List<StateEntry>> of(NetworkConfig config, List<StateEntry> entries) {
        int trainedLayers = config.text().layers() - FROZEN_LAYERS;
        return of(entries, trainedLayers);
    }

    static List<List<StateEntry>> of(List<StateEntry> entries, int trainedTextLayers) {
        Predicate<String> backbone = name -> name.startsWith("backbone.");
        Predicate<String> undecayed = name -> name.contains("norm") || name.contains("relative_position_bias_table");
        return List.of(
                select(entries, backbone.and(undecayed)),
                select(entries, backbone.and(undecayed.negate())),
                select(entries, name -> name.startsWith("classifier.")),
                select(entries, name -> isTrainedText(name, trainedTextLayers)));
    }

    /** Whether a parameter takes no part in the result, so that it never gets a gradient nor optimizer state. */
    static boolean isNeverUsed(String name) {
        if (name.endsWith(".go_embedding.weight")) {
            return true;
        }
        String last = "backbone.layers.3.";
        return name.startsWith(last)
                && List.of("context_tanh_gate.", "object_position_align_blk.", "fc1.", "fc2.").stream()
                        .anyMatch(part -> name.startsWith(last + part));
    }

    private static List<StateEntry> select(List<StateEntry> entries, Predicate<String> name) {
        return entries.stream()
                .filter(entry -> entry.isParameter() && name.test(entry.name()))
                .toList();
    }

    private static boolean isTrainedText(String name, int layers) {
        String prefix = "text_encoder.encoder.layer.";
        if (!name.startsWith(prefix)) {
            return false;
        }
        int layer = Integer.parseInt(name.substring(prefix.length(), name.indexOf('.', prefix.length())));
        return layer < layers;
    }
}
