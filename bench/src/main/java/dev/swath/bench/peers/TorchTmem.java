package dev.swath.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Text-guided multi-scale enhancement on libtorch. */
final class TorchTmem implements TorchScales {
    private final NetworkConfig config;
    private final TorchWeights weights;

    TorchTmem(NetworkConfig config, TorchWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    @Override
    public List<Tensor> forward(List<Tensor> maps, TorchAlignment.Words words) {
        return spread(weights, maps, Torch.scoped(() -> enhance(maps, words)));
    }

    /** All maps (B,C,H,W) averaged to the cells of the last one, side by side. */
    static Tensor pool(List<Tensor> maps) {
        long height = maps.getLast().size(2);
        long width = maps.getLast().size(3);
        return Torch.cat(
                1,
                maps.stream()
                        .map(map -> torch.adaptive_avg_pool2d(map, height, width))
                        .toArray(Tensor[]::new));
    }

    /** Brings a coarse map with the channels of all maps to each of them, through scale-aware gates. */
    static List<Tensor> spread(TorchWeights weights, List<Tensor> maps, Tensor coarse) {
        List<Tensor> results = new ArrayList<>();
        long start = 0;
        for (int map = 0; map < maps.size(); map++) {
            Tensor local = maps.get(map);
            Tensor part = coarse.narrow(1, start, local.size(1));
            TorchWeights path = weights.child("fusion." + map);
            results.add(Torch.scoped(() -> fuse(path, local, part)));
            start += local.size(1);
        }
        return results;
    }

    private Tensor enhance(List<Tensor> maps, TorchAlignment.Words words) {
        Tensor last = maps.getLast();
        Tensor x = weights.child("down_channel")
                .convolution(pool(maps))
                .flatten(2, 3)
                .permute(0, 2, 1);
        for (int block = 0; block < config.tmemBlocks(); block++) {
            TorchWeights path = weights.child("block." + block);
            Tensor attended = TorchAlignment.crossAttention(
                    path.child("tma"), path.child("norm1").layerNorm(x), words, 1);
            x = x.add(attended);
            Tensor inner =
                    Torch.gelu(path.child("ff.net.0").linear(path.child("norm2").layerNorm(x)));
            x = x.add(path.child("ff.net.3").linear(inner));
        }
        Tensor map = x.permute(0, 2, 1).reshape(x.size(0), config.tmemWidth(), last.size(2), last.size(3));
        return weights.child("up_channel").convolution(weights.child("bn").batchNorm(map));
    }

    private static Tensor fuse(TorchWeights path, Tensor local, Tensor coarse) {
        long height = local.size(2);
        long width = local.size(3);
        Tensor keep = path.child("bn1").batchNorm(path.child("local_embedding").convolution(local));
        Tensor add = path.child("bn2").batchNorm(path.child("global_embedding").convolution(coarse));
        Tensor act = path.child("bn3").batchNorm(path.child("global_act").convolution(coarse));
        Tensor gate = Torch.scale(torch.hardtanh(Torch.shift(act, 3), new Scalar(0.0), new Scalar(6.0)), 1 / 6.0);
        Tensor upGate = Torch.resize(gate, height, width, false);
        return keep.mul(upGate).add(Torch.resize(add, height, width, false));
    }
}
