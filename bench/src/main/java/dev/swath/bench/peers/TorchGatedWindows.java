package dev.swath.bench.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The gated MLPs in windows of three sizes of MAFN's correlation block, on libtorch. */
final class TorchGatedWindows {
    private static final int KINDS = 3;

    private TorchGatedWindows() {}

    /** A map (B,C,H,W) to one of the same shape. */
    static Tensor apply(TorchWeights path, Tensor y) {
        Tensor normed = path.child("LayerNorm").layerNorm(y.permute(0, 2, 3, 1));
        Tensor[] results = new Tensor[KINDS];
        for (int i = 0; i < KINDS; i++) {
            results[i] = windows(path.child("WinGmlpLayer_" + (i + 1)), normed, 2 * i + 3);
        }
        Tensor sum = results[0].add(results[1]).add(results[2]);
        Tensor mean = Torch.mean(sum.flatten(1, 2), 1, false);
        TorchWeights reweight = path.child("reweight");
        Tensor shares = reweight.child("fc2")
                .linear(Torch.gelu(reweight.child("fc1").linear(mean)))
                .view(y.size(0), 1, 1, y.size(1), KINDS);
        shares = Torch.softmax(shares);
        Tensor weighted = torch.zeros_like(sum);
        for (int i = 0; i < KINDS; i++) {
            weighted = weighted.add(results[i].mul(shares.select(4, i)));
        }
        return y.add(path.child("out_project").linear(weighted).permute(0, 3, 1, 2));
    }

    /** One kind on (B,H,W,C), zeros at the right and the bottom taking part. */
    private static Tensor windows(TorchWeights path, Tensor x, int window) {
        long batch = x.size(0);
        long height = x.size(1);
        long width = x.size(2);
        long channels = x.size(3);
        long rows = Math.ceilDiv(height, window);
        long columns = Math.ceilDiv(width, window);
        Tensor padded = torch.constant_pad_nd(x, 0, 0, 0, columns * window - width, 0, rows * window - height);
        Tensor tokens = padded.reshape(batch, rows, window, columns, window, channels)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(-1, (long) window * window, channels);
        Tensor result = gated(path, tokens)
                .view(batch, rows, columns, window, window, channels)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(batch, rows * window, columns * window, channels);
        return result.narrow(1, 0, height).narrow(2, 0, width);
    }

    private static Tensor gated(TorchWeights path, Tensor t) {
        Tensor wide = Torch.gelu(
                path.child("in_project").linear(path.child("LayerNorm").layerNorm(t)));
        long channels = t.size(2);
        TorchWeights gate = path.child("SpatialGatingUnit");
        Tensor normed = gate.child("LayerNorm").layerNorm(wide.narrow(2, channels, channels));
        Tensor mixed = gate.child("Dense_0").linear(normed.permute(0, 2, 1)).permute(0, 2, 1);
        Tensor product = wide.narrow(2, 0, channels).mul(Torch.shift(mixed, 1));
        return t.add(path.child("out_project").linear(product));
    }
}
