package dev.swath.bench.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** BERT on libtorch. */
final class TorchText {
    private static final double EPS = 1e-12;

    private final NetworkConfig.Text config;
    private final TorchWeights weights;

    TorchText(NetworkConfig.Text config, TorchWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    /** Last hidden state (B,N,D) of ids (B,N); mask (B,N) in the network's float type is 1 for visible words. */
    Tensor forward(Tensor ids, Tensor mask) {
        Tensor hiddenWords = hidden(mask);
        Tensor x = Torch.scoped(() -> embed(ids));
        for (int layer = 0; layer < config.layers(); layer++) {
            TorchWeights path = weights.child("encoder.layer." + layer);
            Tensor input = x;
            x = Torch.scoped(() -> layer(path, input, hiddenWords));
        }
        return x;
    }

    private Tensor embed(Tensor ids) {
        TorchWeights path = weights.child("embeddings");
        long words = ids.size(1);
        Tensor x = torch.embedding(path.get("word_embeddings.weight"), ids)
                .add(path.get("position_embeddings.weight").narrow(0, 0, words))
                .add(path.get("token_type_embeddings.weight").narrow(0, 0, 1));
        return path.child("LayerNorm").layerNorm(x, EPS);
    }

    /** One layer on words (B,N,D); {@code hiddenWords} is added to the scores. */
    Tensor layer(TorchWeights path, Tensor x, Tensor hiddenWords) {
        return feedForward(path, attend(path.child("attention"), x, x, hiddenWords));
    }

    /** Attention of words x (B,N,D) to a source (B,M,E), behind it residual and norm. */
    Tensor attend(TorchWeights path, Tensor x, Tensor source, @Nullable Tensor hidden) {
        Tensor query = split(path.child("self.query").linear(x));
        Tensor key = split(path.child("self.key").linear(source));
        Tensor value = split(path.child("self.value").linear(source));
        double width = config.hidden() / config.heads();
        Tensor scores = Torch.scale(torch.matmul(query, key.transpose(-1, -2)), 1 / Math.sqrt(width));
        Tensor probabilities = Torch.softmax(hidden == null ? scores : scores.add(hidden));
        Tensor mixed = torch.matmul(probabilities, value)
                .permute(0, 2, 1, 3)
                .contiguous()
                .view(x.size(0), x.size(1), config.hidden());
        return path.child("output.LayerNorm")
                .layerNorm(path.child("output.dense").linear(mixed).add(x), EPS);
    }

    /** The two linear layers, behind them residual and norm. */
    Tensor feedForward(TorchWeights path, Tensor x) {
        Tensor inner = Torch.gelu(path.child("intermediate.dense").linear(x));
        Tensor outer = path.child("output.dense").linear(inner);
        return path.child("output.LayerNorm").layerNorm(outer.add(x), EPS);
    }

    /** What is added to scores: 0 for words of a mask (B,N) that are visible, and -10000 for others. */
    static Tensor hidden(Tensor mask) {
        return Torch.scale(Torch.shift(mask, -1), 10000).unsqueeze(1).unsqueeze(1);
    }

    /** (B,N,D) to (B,heads,N,D/heads). */
    private Tensor split(Tensor x) {
        long width = config.hidden() / config.heads();
        return x.view(x.size(0), x.size(1), config.heads(), width).permute(0, 2, 1, 3);
    }
}
