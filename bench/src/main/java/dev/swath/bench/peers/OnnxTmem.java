package dev.swath.bench.peers;

import dev.swath.bench.onnx.Attributes;
import dev.swath.bench.onnx.OnnxModel.Value;
import dev.swath.bench.onnx.OnnxOps;
import java.util.ArrayList;
import java.util.List;

/** Text-guided multi-scale enhancement as ONNX nodes. */
final class OnnxTmem {
    private final NetworkConfig config;
    private final OnnxOps ops;
    private final OnnxWeights weights;

    OnnxTmem(NetworkConfig config, OnnxOps ops, OnnxWeights weights) {
        this.config = config;
        this.ops = ops;
        this.weights = weights;
    }

    /** Four maps (B,Ci,H,W), finest first, to four of the same shapes. */
    List<Value> forward(List<Value> maps, OnnxAlignment.Words words) {
        Value coarse = enhance(maps, words);
        List<Value> results = new ArrayList<>();
        int start = 0;
        for (int map = 0; map < NetworkConfig.STAGES; map++) {
            int end = start + config.width(map);
            results.add(fuse(weights.child("fusion." + map), maps.get(map), ops.slice(coarse, 1, start, end, 1)));
            start = end;
        }
        return results;
    }

    private Value enhance(List<Value> maps, OnnxAlignment.Words words) {
        Grid grid = new Grid(maps.getLast().dim(2), maps.getLast().dim(3));
        Value pooled = ops.concat(1, maps.stream().map(map -> pool(map, grid)).toArray(Value[]::new));
        Value x = weights.child("down_channel").convolution(pooled);
        int batch = x.dim(0);
        x = ops.transpose(ops.reshape(x, batch, config.tmemWidth(), grid.cells()), 0, 2, 1);
        for (int block = 0; block < config.tmemBlocks(); block++) {
            OnnxWeights path = weights.child("block." + block);
            Value normed = path.child("norm1").layerNorm(x);
            x = ops.add(x, OnnxAlignment.crossAttention(ops, path.child("tma"), normed, words, 1));
            Value inner =
                    ops.gelu(path.child("ff.net.0").linear(path.child("norm2").layerNorm(x)));
            x = ops.add(x, path.child("ff.net.3").linear(inner));
        }
        Value map = ops.reshape(ops.transpose(x, 0, 2, 1), batch, config.tmemWidth(), grid.height(), grid.width());
        return weights.child("up_channel").convolution(weights.child("bn").batchNorm(map));
    }

    /**
     * Adaptive average pooling: plain average pooling where the sizes divide, which is all that an export supports, and
     * else two products with averaging matrices.
     */
    private Value pool(Value map, Grid grid) {
        int height = map.dim(2);
        int width = map.dim(3);
        if (height == grid.height() && width == grid.width()) {
            return map;
        }
        if (height % grid.height() == 0 && width % grid.width() == 0) {
            long[] kernel = {height / grid.height(), width / grid.width()};
            Attributes attributes =
                    Attributes.none().withList("kernel_shape", kernel).withList("strides", kernel);
            List<Integer> shape = List.of(map.dim(0), map.dim(1), grid.height(), grid.width());
            return ops.model().node("AveragePool", shape, attributes, map);
        }
        Value rows = averages("rows", grid.height(), height);
        Value columns = ops.transpose(averages("columns", grid.width(), width), 1, 0);
        return ops.matmul(ops.matmul(rows, map), columns);
    }

    /** (out,in): row i averages inputs floor(i*in/out) to ceil((i+1)*in/out)-1. */
    private Value averages(String axis, int out, int in) {
        return weights.computed("average_" + axis + "_" + out + "_of_" + in, key -> {
            float[] matrix = new float[out * in];
            for (int row = 0; row < out; row++) {
                int from = row * in / out;
                int to = Math.ceilDiv((row + 1) * in, out);
                for (int column = from; column < to; column++) {
                    matrix[row * in + column] = 1f / (to - from);
                }
            }
            return ops.model().floats(key, matrix, out, in);
        });
    }

    private Value fuse(OnnxWeights path, Value local, Value coarse) {
        int height = local.dim(2);
        int width = local.dim(3);
        Value keep = path.child("bn1").batchNorm(path.child("local_embedding").convolution(local));
        Value add = path.child("bn2").batchNorm(path.child("global_embedding").convolution(coarse));
        Value act = path.child("bn3").batchNorm(path.child("global_act").convolution(coarse));
        Value gate = ops.scale(ops.clip(ops.shift(act, 3), 0, 6), 1 / 6.0);
        Value upGate = ops.resize(gate, height, width, false);
        return ops.add(ops.multiply(keep, upGate), ops.resize(add, height, width, false));
    }
}
