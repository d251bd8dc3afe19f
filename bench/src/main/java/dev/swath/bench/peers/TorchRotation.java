package dev.swath.bench.peers;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** RMSIN's adaptive rotated convolution (ARC) on libtorch: a 3x3 kernel turned and scaled for each image. */
final class TorchRotation {
    /** Rows of the rotation of nine taps: which tap counts how much, for angles that are not negative, and for others. */
    private static final String[] FORWARD = {
        "0:a 1:1-a",
        "1:x-b 2:b 4:u 5:y-b",
        "2:a 5:1-a",
        "0:b 1:y-b 3:x-b 4:u",
        "4:1",
        "4:u 5:x-b 7:y-b 8:b",
        "3:1-a 6:a",
        "3:y-b 4:u 6:b 7:x-b",
        "7:1-a 8:a"
    };

    private static final String[] BACKWARD = {
        "0:c 3:1-c",
        "0:-b 1:x+b 3:b-y 4:w",
        "1:1-c 2:c",
        "3:x+b 4:w 6:-b 7:b-y",
        "4:1",
        "1:b-y 2:-b 4:w 5:x+b",
        "6:c 7:1-c",
        "4:w 5:b-y 7:x+b 8:-b",
        "5:1-c 8:c"
    };

    private static final int TAPS = 9;
    private static final double LARGEST_ANGLE = Math.toRadians(40);

    private TorchRotation() {}

    /** A map (B,C,H,W) convolved with each image's own kernel. */
    static Tensor convolve(TorchWeights path, Tensor x) {
        TorchWeights router = path.child("rounting_func");
        Tensor z = router.child("dwc").convolutionWithoutBias(x);
        z = Torch.meanOfPixels(router.child("norm.norm").layerNormOfChannels(z).relu());
        Tensor alpha = router.child("fc_alpha").linear(z).sigmoid();
        Tensor turn = Torch.linear(z, router.get("fc_theta.weight"));
        Tensor theta = Torch.scale(turn.div(Torch.shift(turn.abs(), 1)), LARGEST_ANGLE);
        Tensor weight = path.get("weight").select(0, 0);
        int batch = (int) x.size(0);
        Tensor[] results = new Tensor[batch];
        for (int i = 0; i < batch; i++) {
            Tensor kernel = torch.matmul(
                            weight.flatten(2, 3),
                            rotation(theta.select(0, i).select(0, 0)).transpose(0, 1))
                    .view(weight.shape())
                    .mul(alpha.select(0, i));
            results[i] = Torch.conv2d(x.narrow(0, i, 1), kernel, 1, 1);
        }
        return Torch.cat(0, results);
    }

    /** The (9,9) matrix for an angle. */
    static Tensor rotation(Tensor theta) {
        boolean forward = theta.item().toDouble() >= 0;
        Map<String, Tensor> entries = entries(theta);
        Tensor[] values = new Tensor[TAPS * TAPS];
        Arrays.fill(values, torch.zeros_like(theta));
        for (int row = 0; row < TAPS; row++) {
            for (String entry : (forward ? FORWARD : BACKWARD)[row].split(" ")) {
                String[] parts = entry.split(":");
                values[row * TAPS + Integer.parseInt(parts[0])] = entries.get(parts[1]);
            }
        }
        return torch.stack(new TensorVector(values)).view(TAPS, TAPS);
    }

    private static Map<String, Tensor> entries(Tensor theta) {
        Tensor one = torch.ones_like(theta);
        Tensor x = theta.cos();
        Tensor y = theta.sin();
        Tensor a = x.sub(y);
        Tensor b = x.mul(y);
        Tensor c = x.add(y);
        Map<String, Tensor> entries = new HashMap<>();
        entries.put("1", one);
        entries.put("a", a);
        entries.put("1-a", one.sub(a));
        entries.put("b", b);
        entries.put("-b", b.neg());
        entries.put("c", c);
        entries.put("1-c", one.sub(c));
        entries.put("x-b", x.sub(b));
        entries.put("x+b", x.add(b));
        entries.put("y-b", y.sub(b));
        entries.put("b-y", b.sub(y));
        entries.put("u", one.sub(c).add(b));
        entries.put("w", one.sub(a).sub(b));
        return entries;
    }
}
