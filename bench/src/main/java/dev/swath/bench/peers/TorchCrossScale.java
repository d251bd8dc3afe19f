package dev.swath.bench.peers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** RMSIN's cross-scale interaction (CIM) on libtorch. */
final class TorchCrossScale implements TorchScales {
    private static final int PARTS = 4;

    private final TorchWeights weights;
    private final int heads;

    TorchCrossScale(TorchWeights weights, int heads) {
        this.weights = weights;
        this.heads = heads;
    }

    @Override
    public List<Tensor> forward(List<Tensor> maps, TorchAlignment.Words words) {
        return TorchTmem.spread(weights, maps, Torch.scoped(() -> interact(maps)));
    }

    private Tensor interact(List<Tensor> maps) {
        TorchWeights block = weights.child("block.0");
        Tensor y = weights.child("down_channel").convolution(TorchTmem.pool(maps));
        y = y.add(attention(block.child("csa1.m"), y));
        y = y.add(parts(block.child("intra_ff.m"), y, maps));
        y = y.add(attention(block.child("csa2.m"), y));
        y = y.add(feedForward(block.child("ff.m"), y));
        return weights.child("up_channel").convolution(weights.child("bn").batchNorm(y));
    }

    /** Each scale's share of the channels by itself. */
    private static Tensor parts(TorchWeights path, Tensor y, List<Tensor> maps) {
        long total = maps.stream().mapToLong(map -> map.size(1)).sum();
        Tensor[] results = new Tensor[PARTS];
        long start = 0;
        for (int i = 0; i < PARTS; i++) {
            long channels = y.size(1) * maps.get(i).size(1) / total;
            Tensor part = y.narrow(1, start, channels);
            results[i] = part.add(feedForward(path.child("ff" + (i + 1) + ".m"), part));
            start += channels;
        }
        return Torch.cat(1, results);
    }

    private static Tensor feedForward(TorchWeights path, Tensor y) {
        Tensor wide = path.child("conv1").convolution(path.child("bn1").batchNorm(y));
        Tensor inner = path.child("conv2").convolution(path.child("bn2").batchNorm(wide), 1);
        return path.child("conv3").convolution(torch.relu6(inner));
    }

    /** Attention among the cells of three grids; maps (B,h,a,a) to the same shape. */
    private Tensor attention(TorchWeights path, Tensor y) {
        long batch = y.size(0);
        long side = y.size(2);
        Tensor normed = path.child("bn1").batchNorm(y);
        Tensor half = path.child("DWConv1.1").batchNorm(path.child("DWConv1.0").convolution(normed, 2));
        Tensor third = path.child("DWConv2.1").batchNorm(path.child("DWConv2.0").convolution(normed, 3));
        Tensor tokens = Torch.cat(2, normed.flatten(2, 3), half.flatten(2, 3), third.flatten(2, 3))
                .permute(0, 2, 1);
        long count = tokens.size(1);

        TorchWeights inside = path.child("attention");
        Tensor rows = Torch.linear(tokens, inside.get("qkv.c.weight")).flatten(0, 1);
        rows = inside.child("qkv.bn").batchNorm(rows);
        long key = rows.size(1) / heads / 4;
        Tensor all = rows.view(batch, count, heads, 4 * key).permute(0, 2, 1, 3);
        Tensor query = all.narrow(3, 0, key);
        Tensor keys = all.narrow(3, key, key);
        Tensor value = all.narrow(3, 2 * key, 2 * key);
        Tensor scores = Torch.scale(torch.matmul(query, keys.transpose(2, 3)), 1 / Math.sqrt(key));
        Tensor mixed = torch.matmul(Torch.softmax(scores), value);

        // Both results are read again in another shape than they were written in, as published.
        long inner = heads * 2 * key;
        Tensor map = value.narrow(2, 0, side * side).contiguous().view(batch, inner, side, side);
        Tensor local = inside.child("parallel_conv.1").convolution(Torch.hardSwish(map), 1);
        Tensor read = mixed.permute(0, 2, 1, 3).contiguous().view(batch, inner, count);
        Tensor sum = inside.child("proj").linear(read).add(local.flatten(2, 3));
        Tensor cells = inside.child("to_out").linear(sum.permute(0, 2, 1));
        Tensor out = path.child("bn4").batchNorm(Torch.map(cells, side, side));
        return path.child("conv").convolution(Torch.hardSwish(out));
    }
}
