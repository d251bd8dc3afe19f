package dev.swath.bench.peers;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.OptimizerParamGroup;
import org.bytedeco.pytorch.OptimizerParamGroupVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** libtorch's AdamW over the groups of the published training. */
final class TorchAdamW implements AutoCloseable {
    private static final String TEXT_LAYER = "text_encoder.encoder.layer.";

    private final AdamW optimizer;

    /** The published groups of all networks with one text encoder, whose first layers learn. */
    static List<Predicate<String>> published(int textLayers) {
        return List.of(
                name -> name.startsWith("backbone.") && isUndecayed(name),
                name -> name.startsWith("backbone.") && !isUndecayed(name),
                name -> name.startsWith("classifier."),
                name -> name.startsWith(TEXT_LAYER) && textLayer(name) < textLayers);
    }

    /** The published groups of CrossVLT: the embeddings do not learn, and nor does what stands outside of all parts. */
    static List<Predicate<String>> ofCrossVlt() {
        return List.of(
                name -> name.startsWith("backbone.") && isUndecayed(name),
                name -> name.startsWith("backbone.") && !isUndecayed(name),
                name -> name.startsWith("classifier."),
                name -> name.startsWith("lang_stage1.encoder."),
                name -> name.startsWith("lang_stage2."),
                name -> name.startsWith("lang_stage3."),
                name -> name.startsWith("lang_stage4."));
    }

    /** Of the named tensors those that want gradients, by groups of which the first does not decay. */
    TorchAdamW(Map<String, Tensor> tensors, double weightDecay, List<Predicate<String>> groups) {
        try (PointerScope _ = new PointerScope()) {
            optimizer = new AdamW(select(tensors, groups.getFirst()), new AdamWOptions());
            optimizer.retainReference();
            for (Predicate<String> group : groups.subList(1, groups.size())) {
                optimizer.add_param_group(new OptimizerParamGroup(select(tensors, group)));
            }
            OptimizerParamGroupVector made = optimizer.param_groups();
            for (int i = 0; i < groups.size(); i++) {
                new AdamWOptions(made.get(i).options()).weight_decay().put(i == 0 ? 0 : weightDecay);
            }
        }
    }

    private static TensorVector select(Map<String, Tensor> tensors, Predicate<String> group) {
        return new TensorVector(tensors.entrySet().stream()
                .filter(entry -> entry.getValue().requires_grad() && group.test(entry.getKey()))
                .map(Map.Entry::getValue)
                .toArray(Tensor[]::new));
    }

    private static boolean isUndecayed(String name) {
        return name.contains("norm") || name.contains("relative_position_bias_table");
    }

    private static int textLayer(String name) {
        return Integer.parseInt(name.substring(TEXT_LAYER.length()).split("\\.", 2)[0]);
    }

    /** One step by the gradients that the tensors hold. */
    void step(double learningRate) {
        try (PointerScope _ = new PointerScope()) {
            OptimizerParamGroupVector groups = optimizer.param_groups();
            for (long i = 0; i < groups.size(); i++) {
                groups.get(i).options().set_lr(learningRate);
            }
            optimizer.step();
        }
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
