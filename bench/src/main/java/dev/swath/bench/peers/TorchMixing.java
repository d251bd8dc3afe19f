package dev.swath.bench.peers;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** DLSA's mixing maps on libtorch, as its stages call them: the only word is [CLS]. Both layouts. */
final class TorchMixing {
    private static final int KERNELS = 4;

    private TorchMixing() {}

    /** Cells x (B,L,C) of a grid and the sentence (B,D) to (B,L,C). */
    static Tensor apply(TorchWeights path, Tensor x, Tensor sentence, Grid grid) {
        boolean legacy = path.child("convs").exists();
        Tensor mean = Torch.mean(x, 2, false).view(x.size(0), 1, grid.height(), grid.width());
        Tensor[] responses = new Tensor[KERNELS];
        for (int i = 0; i < KERNELS; i++) {
            TorchWeights kernel = path.child(legacy ? "convs." + i : "conv" + (2 * i + 1));
            responses[i] = kernel.convolution(mean, 1);
        }
        Tensor shares = legacy ? legacy(path, x, sentence) : original(path, x, sentence);
        Tensor weighted = Torch.cat(1, responses).mul(Torch.map(shares, grid.height(), grid.width()));
        Tensor gate = path.child("fusion_proj.0").convolution(weighted).sigmoid();
        return x.mul(Torch.shift(Torch.cells(gate), 1));
    }

    /** Shares (B,L,4) by cell and sentence side by side. */
    private static Tensor original(TorchWeights path, Tensor x, Tensor sentence) {
        Tensor everywhere = sentence.unsqueeze(1).expand(x.size(0), x.size(1), sentence.size(1));
        return Torch.softmax(path.child("token_fc").linear(Torch.cat(2, x, everywhere)));
    }

    /** Shares (B,L,4) by attention of four queries to words, of which there is one. */
    private static Tensor legacy(TorchWeights path, Tensor x, Tensor sentence) {
        Tensor words = sentence.unsqueeze(2);
        Tensor key = path.child("lang_key").pointwise(words);
        Tensor value = path.child("lang_value").pointwise(words);
        Tensor rows = path.get("branch_queries");
        Tensor length = rows.mul(rows)
                .sum(new long[] {1}, true, new ScalarTypeOptional())
                .sqrt()
                .clamp_min(new Scalar(1e-12));
        Tensor scores = Torch.scale(torch.matmul(rows.div(length), key), 1 / Math.sqrt(rows.size(1)));
        Tensor text = torch.matmul(Torch.softmax(scores), value.transpose(1, 2));
        Tensor vision = path.child("vis_proj").linear(x);
        Tensor[] routed = new Tensor[KERNELS];
        for (int i = 0; i < KERNELS; i++) {
            Tensor word = text.narrow(1, i, 1).expand(vision.size(0), vision.size(1), vision.size(2));
            Tensor both = Torch.cat(2, vision, word, vision.mul(word));
            routed[i] = path.child("route_mlp.2")
                    .linear(Torch.gelu(path.child("route_mlp.0").linear(both)));
        }
        return Torch.softmax(Torch.cat(2, routed));
    }
}
