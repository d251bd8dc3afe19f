package dev.swath.bench.peers;

import dev.swath.bench.onnx.OnnxModel.Value;
import dev.swath.bench.onnx.OnnxOps;

/** BERT as ONNX nodes. */
final class OnnxText {
    private static final double EPS = 1e-12;

    private final NetworkConfig.Text config;
    private final OnnxOps ops;
    private final OnnxWeights weights;

    OnnxText(NetworkConfig.Text config, OnnxOps ops, OnnxWeights weights) {
        this.config = config;
        this.ops = ops;
        this.weights = weights;
    }

    /** Last hidden state (B,N,D) of ids (B,N); mask (B,N) holds 1 for visible words. */
    Value forward(Value ids, Value mask) {
        Value hiddenWords = ops.scale(ops.shift(ops.unsqueeze(ops.unsqueeze(mask, 1), 1), -1), 10000);
        Value x = embed(ids);
        for (int layer = 0; layer < config.layers(); layer++) {
            x = layer(weights.child("encoder.layer." + layer), x, hiddenWords);
        }
        return x;
    }

    private Value embed(Value ids) {
        OnnxWeights path = weights.child("embeddings");
        int words = ids.dim(1);
        Value type = path.derived("token_type_embeddings.weight", ".first", table -> table.slice(0, 0, 1));
        Value positions = path.derived("position_embeddings.weight", ".used", table -> table.slice(0, 0, words));
        Value x = ops.add(ops.add(ops.gather(path.get("word_embeddings.weight"), ids), type), positions);
        return path.child("LayerNorm").layerNorm(x, EPS);
    }

    private Value layer(OnnxWeights path, Value x, Value hiddenWords) {
        OnnxWeights attention = path.child("attention");
        Value query = ops.transpose(split(attention.child("self.query").linear(x)), 0, 2, 1, 3);
        Value key = ops.transpose(split(attention.child("self.key").linear(x)), 0, 2, 3, 1);
        Value value = ops.transpose(split(attention.child("self.value").linear(x)), 0, 2, 1, 3);
        double width = config.hidden() / config.heads();
        Value scores = ops.scale(ops.matmul(query, key), 1 / Math.sqrt(width));
        Value mixed = ops.matmul(ops.softmax(ops.add(scores, hiddenWords)), value);
        Value joined = ops.reshape(ops.transpose(mixed, 0, 2, 1, 3), x.dim(0), x.dim(1), config.hidden());
        Value attended = attention
                .child("output.LayerNorm")
                .layerNorm(ops.add(attention.child("output.dense").linear(joined), x), EPS);
        Value inner = ops.gelu(path.child("intermediate.dense").linear(attended));
        Value outer = path.child("output.dense").linear(inner);
        return path.child("output.LayerNorm").layerNorm(ops.add(outer, attended), EPS);
    }

    /** (B,N,D) to (B,N,heads,D/heads). */
    private Value split(Value x) {
        return ops.reshape(x, x.dim(0), x.dim(1), config.heads(), config.hidden() / config.heads());
    }
}
