package dev.swath.bench.peers;

import dev.swath.bench.onnx.OnnxModel.Value;
import dev.swath.bench.onnx.OnnxOps;

/** Image-text alignment of one stage as ONNX nodes. */
final class OnnxAlignment {
    private final OnnxOps ops;
    private final OnnxWeights weights;
    private final int heads;

    OnnxAlignment(OnnxOps ops, OnnxWeights weights, int heads) {
        this.ops = ops;
        this.weights = weights;
        this.heads = heads;
    }

    /** One sentence as the network sees it: features (B,D,N) and a mask (B,1,N) of visible words. */
    record Words(Value features, Value mask) {}

    /** Context branch: x (B,L,C) to (B,L,C). */
    Value context(Value x, Words words) {
        OnnxWeights path = weights.child("context_pixel_attn");
        Value vision = ops.gelu(path.child("vis_project.0").convolution(ops.transpose(x, 0, 2, 1)));
        Value language = ops.transpose(crossAttention(ops, path.child("image_lang_att"), x, words, heads), 0, 2, 1);
        Value fused = path.child("project_mm.0").convolution(ops.multiply(vision, language));
        return ops.transpose(ops.gelu(fused), 0, 2, 1);
    }

    /** What goes to the next stage: x + (gated context + object-position branch) * channel weights. */
    Value fuse(Value x, Value context, Words object, Words position, Grid grid) {
        Value gated = ops.multiply(weights.child("context_tanh_gate").tanhGate(context), context);
        Value aligned = objectPosition(x, object, position, grid);
        Value squeezed = ops.reduce("ReduceMean", x, 1);
        Value excited = weights.child("fc2")
                .linear(ops.unary("Relu", weights.child("fc1").linear(squeezed)));
        return ops.add(x, ops.multiply(ops.add(gated, aligned), ops.unary("Sigmoid", excited)));
    }

    private Value objectPosition(Value x, Words object, Words position, Grid grid) {
        OnnxWeights path = weights.child("object_position_align_blk");
        Value ground = crossAttention(ops, path.child("go_cross_attn"), x, object, heads);
        ground = ops.multiply(path.child("go_tanh_gating").tanhGate(ground), ground);
        Value spatial = ops.transpose(crossAttention(ops, path.child("sp_cross_attn"), x, position, heads), 0, 2, 1);
        spatial = ops.reshape(spatial, x.dim(0), x.dim(2), grid.height(), grid.width());
        Value planes = ops.concat(1, ops.reduce("ReduceMean", spatial, 1), ops.reduce("ReduceMax", spatial, 1));
        Value pixels = ops.unary("Sigmoid", path.child("conv1").convolution3(planes));
        Value flat = ops.reshape(pixels, x.dim(0), 1, grid.cells());
        return ops.multiply(ground, ops.transpose(flat, 0, 2, 1));
    }

    /** Attention of pixels x (B,L,C) to words; the result is (B,L,C). */
    static Value crossAttention(OnnxOps ops, OnnxWeights path, Value x, Words words, int heads) {
        int batch = x.dim(0);
        int pixels = x.dim(1);
        int channels = x.dim(2);
        int count = words.features().dim(2);
        int width = channels / heads;
        Value query = path.instanceNorm(path.child("f_query.0").convolution(ops.transpose(x, 0, 2, 1)));
        query = ops.reshape(ops.transpose(query, 0, 2, 1), batch, pixels, heads, width);
        query = ops.transpose(query, 0, 2, 1, 3);
        Value key = ops.multiply(path.child("f_key.0").convolution(words.features()), words.mask());
        key = ops.reshape(key, batch, heads, width, count);
        Value value = ops.multiply(path.child("f_value.0").convolution(words.features()), words.mask());
        value = ops.reshape(value, batch, heads, width, count);
        Value hidden = ops.shift(ops.scale(ops.unsqueeze(words.mask(), 1), 1e4), -1e4);
        Value scores = ops.add(ops.scale(ops.matmul(query, key), 1 / Math.sqrt(channels)), hidden);
        Value mixed = ops.matmul(ops.softmax(scores), ops.transpose(value, 0, 1, 3, 2));
        mixed = ops.reshape(ops.transpose(mixed, 0, 2, 1, 3), batch, pixels, channels);
        Value projected = path.child("W.0").convolution(ops.transpose(mixed, 0, 2, 1));
        return ops.transpose(path.instanceNorm(projected), 0, 2, 1);
    }
}
