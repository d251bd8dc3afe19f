package dev.swath.bench.peers;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** MAFN's correlation block on libtorch: what pixels and words have in common at a cell and its neighbours. */
final class TorchCorrelation {
    private static final int SIDE = 3;
    private static final double SLOPE = 0.2;

    private TorchCorrelation() {}

    /** Two sets of cells (B,L,C) of a grid to one. */
    static Tensor apply(TorchWeights path, Tensor pixels, Tensor words, Grid grid) {
        Tensor p = Torch.map(pixels, grid.height(), grid.width());
        Tensor t = Torch.map(words, grid.height(), grid.width());
        Tensor y0 = path.child("Conv").convolution(Torch.cat(1, p, correlate(p, t), t), 1);
        Tensor y1 = TorchGatedWindows.apply(path.child("mlpLayer"), y0);
        Tensor y2 = y1.add(intensify(path.child("channel_intensification_block"), y1));
        return Torch.cells(y2.add(y0));
    }

    /** Mean products of each cell of {@code p} with the nine around it in {@code t}, row by row; zeros outside. */
    private static Tensor correlate(Tensor p, Tensor t) {
        Tensor padded = torch.constant_pad_nd(t, 1, 1, 1, 1);
        Tensor[] maps = new Tensor[SIDE * SIDE];
        for (int i = 0; i < maps.length; i++) {
            Tensor moved = padded.narrow(2, i / SIDE, p.size(2)).narrow(3, i % SIDE, p.size(3));
            maps[i] = Torch.mean(p.mul(moved), 1, true);
        }
        return Torch.cat(1, maps);
    }

    private static Tensor intensify(TorchWeights path, Tensor y) {
        Tensor normed = path.child("LayerNorm").layerNormOfChannels(y);
        Tensor inner = torch.leaky_relu(path.child("conv1").convolution(normed, 1), new Scalar(SLOPE));
        Tensor q = path.child("conv2").convolution(inner, 1);
        Tensor mean = q.mean(new long[] {2, 3}, true, new ScalarTypeOptional());
        TorchWeights attention = path.child("channel_attention");
        Tensor weight = attention
                .child("Conv_1")
                .convolution(attention.child("Conv_0").convolution(mean).relu())
                .sigmoid();
        return q.mul(weight);
    }
}
