package dev.swath.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Text-guided multi-scale enhancement on libtorch. */
final class TorchTmem {
    private final NetworkConfig config;
    private final TorchWeights weights;

    TorchTmem(NetworkConfig config, TorchWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    /** Four maps (B,Ci,H,W), finest first, to four of the same shapes. */
    List<Tensor> forward(List<Tensor> maps, TorchAlignment.Words words) {
        Tensor last = maps.getLast();
        long height = last.size(2);
        long width = last.size(3);
        Tensor coarse = Torch.scoped(() -> enhance(maps, words, height, width));
        List<Tensor> results = new ArrayList<>();
        long start = 0;
        for (int map = 0; map < NetworkConfig.STAGES; map++) {
            Tensor part = coarse.narrow(1, start, config.width(map));
            TorchWeights path = weights.child("fusion." + map);
            Tensor local = maps.get(map);
            results.add(Torch.scoped(() -> fuse(path, local, part)));
            start += config.width(map);
        }
        return results;
    }

    private Tensor enhance(List<Tensor> maps, TorchAlignment.Words words, long height, long width) {
        Tensor pooled = Torch.cat(
                1,
                maps.stream()
                        .map(map -> torch.adaptive_avg_pool2d(map, height, width))
                        .toArray(Tensor[]::new));
        Tensor x =
                weights.child("down_channel").convolution(pooled).flatten(2, 3).permute(0, 2, 1);
        for (int block = 0; block < config.tmemBlocks(); block++) {
            TorchWeights path = weights.child("block." + block);
            Tensor attended = TorchAlignment.crossAttention(
                    path.child("tma"), path.child("norm1").layerNorm(x), words, 1);
            x = x.add(attended);
            Tensor inner =
                    Torch.gelu(path.child("ff.net.0").linear(path.child("norm2").layerNorm(x)));
            x = x.add(path.child("ff.net.3").linear(inner));
        }
        Tensor map = x.permute(0, 2, 1).reshape(x.size(0), config.tmemWidth(), height, width);
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
