package dev.swath.fianet.inspect.page;

import dev.swath.fianet.inspect.GradientInspection;
import dev.swath.fianet.inspect.ModuleGradient;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A training step as the page reads it. */
final class GradientData {
    private final GradientInspection step;
    private final Blobs blobs;

    GradientData(GradientInspection step, Blobs blobs) {
        this.step = step;
        this.blobs = blobs;
    }

    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("loss", step.loss());
        List<Object> modules = new ArrayList<>();
        step.modules().values().forEach(g -> modules.add(module(g)));
        out.put("modules", modules);
        out.put("unreached", step.unreached());
        out.put("vanished", step.vanished().stream().map(ModuleGradient::name).toList());
        out.put("pull", pull(step.logits()));
        return out;
    }

    private static Map<String, Object> module(ModuleGradient g) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("path", g.name());
        out.put("reached", g.isReached());
        out.put("norm", g.norm());
        out.put("rms", g.rms());
        out.put("parameters", g.parameters());
        out.put("weights", g.weights());
        return out;
    }

    /** By how much the loss would have each pixel's margin rise: less the gradient by the object's logit, plus that by the other. */
    private Map<String, Object> pull(Tensor gradient) {
        float[] both = gradient.toFloatArray();
        float[] out = new float[both.length / 2];
        for (int i = 0; i < out.length; i++) {
            out[i] = both[2 * i] - both[2 * i + 1];
        }
        return new Margin(gradient.dim(1), gradient.dim(2), out).json(blobs);
    }
}
