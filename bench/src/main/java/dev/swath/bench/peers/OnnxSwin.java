package dev.swath.bench.peers;

import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.onnx.OnnxModel.Value;
import dev.swath.bench.onnx.OnnxOps;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Blocks of the Swin backbone as ONNX nodes, with windows and rolls as tensors, masks and biases as constants. */
final class OnnxSwin {
    private final NetworkConfig config;
    private final OnnxOps ops;
    private final OnnxWeights weights;

    OnnxSwin(NetworkConfig config, OnnxOps ops, OnnxWeights weights) {
        this.config = config;
        this.ops = ops;
        this.weights = weights;
    }

    /** Image (B,3,H,W) to (B,L,C0). */
    Value patchEmbed(Value image) {
        Value padded = ops.padEnd(image, 0, 0, Math.floorMod(-image.dim(2), 4), Math.floorMod(-image.dim(3), 4));
        OnnxWeights path = weights.child("patch_embed");
        Value x = ops.convolution(padded, path.get("proj.weight"), path.get("proj.bias"), 4, 0);
        Value flat = ops.reshape(x, x.dim(0), x.dim(1), x.dim(2) * x.dim(3));
        return path.child("norm").layerNorm(ops.transpose(flat, 0, 2, 1));
    }

    /** All blocks of a stage on (B,L,C). */
    Value blocks(Value x, int stage, Grid grid) {
        Value result = x;
        for (int block = 0; block < config.depths().get(stage); block++) {
            int shift = block % 2 == 0 ? 0 : config.window() / 2;
            OnnxWeights path = weights.child("layers." + stage + ".blocks." + block);
            result = block(path, result, grid, shift, config.heads().get(stage));
        }
        return result;
    }

    private Value block(OnnxWeights path, Value x, Grid grid, int shift, int heads) {
        Value normed = path.child("norm1").layerNorm(x);
        Value y = ops.add(x, shiftedAttention(path.child("attn"), normed, grid, shift, heads));
        Value inner = ops.gelu(path.child("mlp.fc1").linear(path.child("norm2").layerNorm(y)));
        return ops.add(y, path.child("mlp.fc2").linear(inner));
    }

    /** Attention of a block from the normalised (B,L,C) to what is added to the residual. */
    Value shiftedAttention(OnnxWeights path, Value x, Grid grid, int shift, int heads) {
        int batch = x.dim(0);
        int channels = x.dim(2);
        int window = config.window();
        Grid padded = grid.paddedTo(window);
        Value map = ops.reshape(x, batch, grid.height(), grid.width(), channels);
        map = ops.padEnd(map, 0, padded.height() - grid.height(), padded.width() - grid.width(), 0);
        if (shift > 0) {
            map = ops.roll(ops.roll(map, 1, -shift), 2, -shift);
        }
        int rows = padded.height() / window;
        int columns = padded.width() / window;
        Value cut = ops.transpose(ops.reshape(map, batch, rows, window, columns, window, channels), 0, 1, 3, 2, 4, 5);
        Value windows = ops.reshape(cut, batch * rows * columns, window * window, channels);
        Value attended = attention(path, windows, heads, batch, shift > 0 ? padded : null);
        Value joined =
                ops.transpose(ops.reshape(attended, batch, rows, columns, window, window, channels), 0, 1, 3, 2, 4, 5);
        map = ops.reshape(joined, batch, padded.height(), padded.width(), channels);
        if (shift > 0) {
            map = ops.roll(ops.roll(map, 1, shift), 2, shift);
        }
        if (!padded.equals(grid)) {
            map = ops.slice(ops.slice(map, 1, 0, grid.height(), 1), 2, 0, grid.width(), 1);
        }
        return ops.reshape(map, batch, grid.cells(), channels);
    }

    private Value attention(OnnxWeights path, Value windows, int heads, int batch, @Nullable Grid shifted) {
        int count = windows.dim(0);
        int cells = windows.dim(1);
        int channels = windows.dim(2);
        Value parts = ops.transpose(
                ops.reshape(path.child("qkv").linear(windows), count, cells, 3, heads, channels / heads),
                2,
                0,
                3,
                1,
                4);
        Value query = ops.scale(ops.select(parts, 0), 1 / Math.sqrt(channels / (double) heads));
        Value scores = ops.matmul(query, ops.transpose(ops.select(parts, 1), 0, 1, 3, 2));
        Value bias = path.derived("relative_position_bias_table", ".gathered", table -> gather(table, cells));
        scores = ops.add(scores, bias);
        if (shifted != null) {
            int perImage = count / batch;
            Value mask = weights.computed("shift_mask_" + shifted.height() + "x" + shifted.width(), key -> ops.model()
                    .floats(key, shifted.shiftMask(config.window()), 1, perImage, 1, cells, cells));
            Value perWindow = ops.reshape(scores, batch, perImage, heads, cells, cells);
            scores = ops.reshape(ops.add(perWindow, mask), count, heads, cells, cells);
        }
        Value mixed = ops.transpose(ops.matmul(ops.softmax(scores), ops.select(parts, 2)), 0, 2, 1, 3);
        return path.child("proj").linear(ops.reshape(mixed, count, cells, channels));
    }

    /** (1,heads,cells,cells): the bias of each pair of cells. */
    private Tensor gather(Tensor table, int cells) {
        long[] index = NoiseWeights.relativePositionIndex(config.window());
        int heads = table.dim(1);
        float[] source = table.toFloatArray();
        float[] gathered = new float[heads * index.length];
        for (int head = 0; head < heads; head++) {
            for (int pair = 0; pair < index.length; pair++) {
                gathered[head * index.length + pair] = source[(int) index[pair] * heads + head];
            }
        }
        return Tensor.of(gathered, 1, heads, cells, cells);
    }

    /** (B,L,C) to (B,L/4,2C): the four cells of each 2x2 patch side by side, normalised and reduced. */
    Value merge(Value x, int stage, Grid grid) {
        OnnxWeights path = weights.child("layers." + stage + ".downsample");
        int channels = x.dim(2);
        Value map = ops.reshape(x, x.dim(0), grid.height(), grid.width(), channels);
        map = ops.padEnd(map, 0, grid.height() % 2, grid.width() % 2, 0);
        Value merged = ops.concat(3, every(map, 0, 0), every(map, 1, 0), every(map, 0, 1), every(map, 1, 1));
        Value flat = ops.reshape(merged, x.dim(0), grid.half().cells(), 4 * channels);
        return path.product(path.child("norm").layerNorm(flat), "reduction.weight");
    }

    /** Every second row and column from the given ones. */
    private Value every(Value map, int row, int column) {
        Value rows = ops.slice(map, 1, row, map.dim(1), 2);
        return ops.slice(rows, 2, column, map.dim(2), 2);
    }
}
