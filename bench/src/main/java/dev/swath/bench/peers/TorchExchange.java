package dev.swath.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** LGCE's exchange of language between the two coarsest maps, on libtorch, in Swath's reading. */
final class TorchExchange implements TorchScales {
    private static final int FIRST = 2;

    private final TorchWeights weights;
    private final int head;

    /** With heads of so many channels. */
    TorchExchange(TorchWeights weights, int head) {
        this.weights = weights;
        this.head = head;
    }

    @Override
    public List<Tensor> forward(List<Tensor> maps, TorchAlignment.Words words) {
        Tensor mean = words.mean();
        List<Tensor> results = new ArrayList<>(maps.subList(0, FIRST));
        for (int i = 0; i < maps.size() - FIRST; i++) {
            Tensor own = maps.get(FIRST + i);
            Tensor other = Torch.cells(maps.get(FIRST + 1 - i));
            Tensor guide = weights.child("guide." + i).linear(mean).unsqueeze(1);
            Tensor told = exchange(weights.child("exchange." + i), guide, other);
            Tensor tokens = layer(weights.child("branch." + i + ".0"), Torch.cat(1, told, Torch.cells(own)));
            Tensor cells = tokens.narrow(1, 1, tokens.size(1) - 1);
            results.add(Torch.map(cells, own.size(2), own.size(3)));
        }
        return results;
    }

    /** The guide (B,1,C) that has asked the cells of the other map. */
    private Tensor exchange(TorchWeights path, Tensor guide, Tensor other) {
        Tensor entered =
                path.child("enter.2").linear(Torch.gelu(path.child("enter.0").layerNorm(guide)));
        Tensor tokens = path.child("norm").layerNorm(Torch.cat(1, entered, other));
        Tensor mixed = attend(
                path.child("query").linear(tokens.narrow(1, 0, 1)),
                path.child("key").linear(tokens),
                path.child("value").linear(tokens));
        Tensor sum = entered.add(path.child("proj").linear(mixed));
        return path.child("leave.2").linear(Torch.gelu(path.child("leave.0").layerNorm(sum)));
    }

    private Tensor layer(TorchWeights path, Tensor tokens) {
        long channels = tokens.size(2);
        Tensor parts = path.child("attn.qkv").linear(path.child("norm1").layerNorm(tokens));
        Tensor mixed = attend(
                parts.narrow(2, 0, channels),
                parts.narrow(2, channels, channels),
                parts.narrow(2, 2 * channels, channels));
        Tensor attended = tokens.add(path.child("attn.proj").linear(mixed));
        Tensor inner =
                Torch.gelu(path.child("mlp.fc1").linear(path.child("norm2").layerNorm(attended)));
        return attended.add(path.child("mlp.fc2").linear(inner));
    }

    private Tensor attend(Tensor query, Tensor key, Tensor value) {
        Tensor scores = torch.matmul(split(query), split(key).transpose(2, 3));
        Tensor shares = Torch.softmax(Torch.scale(scores, 1 / Math.sqrt(head)));
        return torch.matmul(shares, split(value)).permute(0, 2, 1, 3).reshape(query.shape());
    }

    /** (B,N,C) to (B,heads,N,head). */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), x.size(2) / head, head).permute(0, 2, 1, 3);
    }
}
