package dev.swath.bench.peers;

import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;

/** One of the compared networks on libtorch. Not thread-safe; the weights live until {@link #close()}. */
public final class TorchCompared implements AutoCloseable {
    private final TorchModel model;

    /** In evaluation; threads are set by {@link TorchFiaNet#setThreads}. */
    public TorchCompared(ComparedConfig config, StateDict weights, TorchFiaNet.Precision precision) {
        model = model(config, weights, precision, false);
    }

    /** The network; {@code training} decides whether batch norms use the statistics of the batch. */
    static TorchModel model(
            ComparedConfig config, StateDict weights, TorchFiaNet.Precision precision, boolean training) {
        TorchState state = new TorchState(weights, precision, training);
        ComparedConfig.Parts parts = config.parts();
        return switch (config.network()) {
            case LAVT, LAVT_ONE, RMSIN, REMOTESAM, DLSA_ORIGINAL, DLSA_LEGACY, MAFN, LGCE ->
                new TorchLineage(config, state);
            case CROSSVLT -> new TorchCrossVlt(config, state);
            case FIANET_CIM ->
                new TorchFiaNet(
                        config.trunk(),
                        state,
                        backbone -> new TorchCrossScale(backbone.child("cim"), parts.crossHeads()));
            case FIANET_LGCE ->
                new TorchFiaNet(
                        config.trunk(),
                        state,
                        backbone -> new TorchExchange(backbone.child("lgce"), parts.exchangeHead()));
            case FIANET_NONE -> new TorchFiaNet(config.trunk(), state, _ -> (maps, _) -> maps);
        };
    }

    /** Logits (B,2,H,W) in the network's precision. */
    public Tensor forward(FiaNetInput input) {
        return model.state().infer(() -> model.logits(input));
    }

    @Override
    public void close() {
        model.close();
    }
}
