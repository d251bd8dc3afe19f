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

/** libtorch's AdamW over the four groups of the published training. */
final class TorchAdamW implements AutoCloseable {
    private static final String TEXT_LAYER = "text_encoder.encoder.layer.";

    private final AdamW optimizer;

    /** The groups of the parameters among the named tensors, which are those that want gradients. */
    TorchAdamW(Map<String, Tensor> tensors, double weightDecay, int textLayers) {
        List<Predicate<String>> groups = List.of(
                name -> name.startsWith("backbone.") && isUndecayed(name),
                name -> name.startsWith("backbone.") && !isUndecayed(name),
                name -> name.startsWith("classifier."),
                name -> name.startsWith(TEXT_LAYER) && textLayer(name) < textLayers);
        double[] decays = {0, weightDecay, weightDecay, weightDecay};
        try (PointerScope _ = new PointerScope()) {
            optimizer = new AdamW(select(tensors, groups.getFirst()), new AdamWOptions());
            optimizer.retainReference();
            for (Predicate<String> group : groups.subList(1, groups.size())) {
                optimizer.add_param_group(new OptimizerParamGroup(select(tensors, group)));
            }
            OptimizerParamGroupVector made = optimizer.param_groups();
            for (int i = 0; i < decays.length; i++) {
                new AdamWOptions(made.get(i).options()).weight_decay().put(decays[i]);
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
