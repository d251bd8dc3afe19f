package dev.swath.bench.peers;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** MAFN's noise attention on libtorch: each token asks itself with noise, and itself as a relation weighs its channels. */
final class TorchNoise {
    private static final int KEYS = 2;

    private TorchNoise() {}

    /** Tokens y (B,L,C) of a Swin block to y and what they answer. */
    static Tensor apply(TorchWeights block, Tensor y, int heads) {
        TorchWeights judge = block.child("relation_judger.0");
        Tensor relation = Torch.softmax(
                judge.child("fc2").linear(Torch.gelu(judge.child("fc1").linear(y))));
        Tensor[] keys = {y.add(block.get("k_noise.weight").narrow(0, 0, 1)), y.mul(relation)};
        Tensor[] values = {y.add(block.get("v_noise.weight").narrow(0, 0, 1)), y};

        TorchWeights attention = block.child("cross_attn_0_to_1");
        long channels = y.size(2);
        Tensor query = split(project(attention, 0, y), heads);
        Tensor[] scores = new Tensor[KEYS];
        for (int i = 0; i < KEYS; i++) {
            Tensor products = query.mul(split(project(attention, 1, keys[i]), heads));
            scores[i] = products.sum(new long[] {3}, true, new ScalarTypeOptional());
        }
        Tensor shares = Torch.softmax(Torch.scale(Torch.cat(3, scores), 1 / Math.sqrt(channels / (double) heads)));
        Tensor mixed = split(project(attention, 2, values[0]), heads)
                .mul(shares.narrow(3, 0, 1))
                .add(split(project(attention, 2, values[1]), heads).mul(shares.narrow(3, 1, 1)));
        return y.add(attention.child("out_proj").linear(mixed.reshape(y.shape())));
    }

    /** By the rows of queries (0), keys (1) or values (2). */
    private static Tensor project(TorchWeights attention, int part, Tensor x) {
        long channels = x.size(2);
        return Torch.linear(
                x,
                attention.get("in_proj_weight").narrow(0, part * channels, channels),
                attention.get("in_proj_bias").narrow(0, part * channels, channels));
    }

    /** (B,L,C) to (B,L,heads,C/heads). */
    private static Tensor split(Tensor x, int heads) {
        return x.view(x.size(0), x.size(1), heads, x.size(2) / heads);
    }
}
