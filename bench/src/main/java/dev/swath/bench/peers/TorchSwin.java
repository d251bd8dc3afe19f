package dev.swath.bench.peers;

import dev.swath.bench.checkpoint.NoiseWeights;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Blocks of the Swin backbone on libtorch, with windows, rolls and masks as tensors. */
final class TorchSwin implements AutoCloseable {
    private final NetworkConfig config;
    private final TorchWeights weights;
    private final IntFunction<TorchWeights> stages;
    private final Branch branch;
    private final torch.ScalarType type;
    private final Tensor positionIndex;
    private final Map<Grid, Tensor> shiftMasks = new ConcurrentHashMap<>();

    /** What a block does to the result of its attention before adding it. */
    interface Branch {
        /** Of the block's weights and (B,L,C). */
        Tensor apply(TorchWeights block, Tensor attended);
    }

    TorchSwin(NetworkConfig config, TorchWeights weights, torch.ScalarType type) {
        this(config, weights, stage -> weights.child("layers." + stage), (_, attended) -> attended, type);
    }

    /**
     * @param weights where the patch embedding lies
     * @param stages where each stage lies
     */
    TorchSwin(
            NetworkConfig config,
            TorchWeights weights,
            IntFunction<TorchWeights> stages,
            Branch branch,
            torch.ScalarType type) {
        this.config = config;
        this.weights = weights;
        this.stages = stages;
        this.branch = branch;
        this.type = type;
        long[] index = NoiseWeights.relativePositionIndex(config.window());
        this.positionIndex = Torch.owned(() -> Tensor.create(index, index.length));
    }

    /** Image (B,3,H,W) to (B,L,C0). */
    Tensor patchEmbed(Tensor image) {
        Tensor padded = Torch.padRightBottom(image, Math.floorMod(-image.size(3), 4), Math.floorMod(-image.size(2), 4));
        TorchWeights path = weights.child("patch_embed");
        Tensor x = Torch.conv2d(padded, path.get("proj.weight"), path.get("proj.bias"), 4, 0);
        return path.child("norm").layerNorm(x.flatten(2, 3).transpose(1, 2));
    }

    /** All blocks of a stage on (B,L,C). */
    Tensor blocks(Tensor x, int stage, Grid grid) {
        Tensor result = x;
        for (int block = 0; block < config.depths().get(stage); block++) {
            TorchWeights path = stages.apply(stage).child("blocks." + block);
            int shift = block % 2 == 0 ? 0 : config.window() / 2;
            Tensor input = result;
            result = Torch.scoped(
                    () -> block(path, input, grid, shift, config.heads().get(stage)));
        }
        return result;
    }

    private Tensor block(TorchWeights path, Tensor x, Grid grid, int shift, int heads) {
        Tensor normed = path.child("norm1").layerNorm(x);
        Tensor y = x.add(branch.apply(path, shiftedAttention(path.child("attn"), normed, grid, shift, heads)));
        Tensor inner =
                Torch.gelu(path.child("mlp.fc1").linear(path.child("norm2").layerNorm(y)));
        return y.add(path.child("mlp.fc2").linear(inner));
    }

    /** Attention of a block from the normalised (B,L,C) to what is added to the residual. */
    Tensor shiftedAttention(TorchWeights path, Tensor x, Grid grid, int shift, int heads) {
        long batch = x.size(0);
        long channels = x.size(2);
        int window = config.window();
        Grid padded = grid.paddedTo(window);
        Tensor map = x.view(batch, grid.height(), grid.width(), channels);
        map = torch.constant_pad_nd(map, 0, 0, 0, padded.width() - grid.width(), 0, padded.height() - grid.height());
        if (shift > 0) {
            map = torch.roll(map, new long[] {-shift, -shift}, 1, 2);
        }
        long rows = padded.height() / window;
        long columns = padded.width() / window;
        Tensor windows = map.view(batch, rows, window, columns, window, channels)
                .permute(0, 1, 3, 2, 4, 5)
                .contiguous()
                .view(-1, (long) window * window, channels);
        Tensor attended = attention(path, windows, heads, shift > 0 ? shiftMask(padded) : null);
        map = attended.view(batch, rows, columns, window, window, channels)
                .permute(0, 1, 3, 2, 4, 5)
                .contiguous()
                .view(batch, padded.height(), padded.width(), channels);
        if (shift > 0) {
            map = torch.roll(map, new long[] {shift, shift}, 1, 2);
        }
        map = map.narrow(1, 0, grid.height()).narrow(2, 0, grid.width()).contiguous();
        return map.view(batch, grid.cells(), channels);
    }

    private Tensor attention(TorchWeights path, Tensor windows, int heads, @Nullable Tensor mask) {
        long count = windows.size(0);
        long cells = windows.size(1);
        long channels = windows.size(2);
        Tensor parts = path.child("qkv")
                .linear(windows)
                .reshape(count, cells, 3, heads, channels / heads)
                .permute(2, 0, 3, 1, 4);
        Tensor query = Torch.scale(parts.select(0, 0), 1 / Math.sqrt(channels / (double) heads));
        Tensor scores = torch.matmul(query, parts.select(0, 1).transpose(-2, -1));
        Tensor bias = path.get("relative_position_bias_table")
                .index_select(0, positionIndex)
                .view(cells, cells, heads)
                .permute(2, 0, 1)
                .contiguous();
        scores = scores.add(bias.unsqueeze(0));
        if (mask != null) {
            long perImage = mask.size(0);
            scores = scores.view(count / perImage, perImage, heads, cells, cells)
                    .add(mask.unsqueeze(1).unsqueeze(0))
                    .view(-1, heads, cells, cells);
        }
        Tensor mixed = torch.matmul(Torch.softmax(scores), parts.select(0, 2));
        return path.child("proj").linear(mixed.transpose(1, 2).reshape(count, cells, channels));
    }

    /** (windows, cells, cells): 0 between cells of one region of the padded grid, -100 across regions. */
    private Tensor shiftMask(Grid padded) {
        return shiftMasks.computeIfAbsent(
                padded,
                grid -> Torch.owned(() -> {
                    long cells = (long) config.window() * config.window();
                    float[] values = grid.shiftMask(config.window());
                    return Torch.of(values, type, values.length / (cells * cells), cells, cells);
                }));
    }

    @Override
    public void close() {
        positionIndex.close();
        shiftMasks.values().forEach(Tensor::close);
    }

    /** (B,L,C) to (B,L/4,2C): the four cells of each 2x2 patch side by side, normalised and reduced. */
    Tensor merge(Tensor x, int stage, Grid grid) {
        TorchWeights path = stages.apply(stage).child("downsample");
        long channels = x.size(2);
        Tensor map = x.view(x.size(0), grid.height(), grid.width(), channels);
        map = torch.constant_pad_nd(map, 0, 0, 0, grid.width() % 2, 0, grid.height() % 2);
        Tensor merged = Torch.cat(3, every(map, 0, 0), every(map, 1, 0), every(map, 0, 1), every(map, 1, 1));
        Tensor flat = merged.view(x.size(0), grid.half().cells(), 4 * channels);
        return Torch.linear(path.child("norm").layerNorm(flat), path.get("reduction.weight"));
    }

    /** Every second row and column from the given ones. */
    private static Tensor every(Tensor map, int row, int column) {
        return slice(slice(map, 1, row), 2, column);
    }

    private static Tensor slice(Tensor x, int axis, int start) {
        return x.slice(axis, new LongOptional(start), new LongOptional(x.size(axis)), 2);
    }
}
