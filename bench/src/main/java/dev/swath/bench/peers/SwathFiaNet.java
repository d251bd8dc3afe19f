package dev.swath.bench.peers;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.LoadReport;

/** Swath's own network, prepared for inference: what the peers are compared with. */
public final class SwathFiaNet implements AutoCloseable {
    private final Backend backend = Backends.cpu();
    private final Parallelism parallelism;
    private final Workspace workspace = new Workspace(backend);
    private final FiaNet network;

    /** The network with the weights, packed for the best CPU backend. */
    public SwathFiaNet(NetworkConfig config, StateDict weights, int threads) {
        parallelism = Parallelism.ofThreads(threads);
        network = new FiaNet(translate(config));
        LoadReport.load(weights, network.targets(), network.sink(backend)).requireComplete("the benchmark's weights");
    }

    /** The same sizes in the words of Swath; nothing is dropped in training. */
    static FiaNetConfig translate(NetworkConfig c) {
        return new FiaNetConfig(trunk(c), c.tmemBlocks(), FiaNetConfig.Wiring.REFERENCE, FiaNetConfig.Ablation.NONE);
    }

    /** The sizes that all networks have. */
    static TrunkConfig trunk(NetworkConfig c) {
        NetworkConfig.Text t = c.text();
        return new TrunkConfig(
                new SwinConfig(c.embedDim(), c.depths(), c.heads(), c.window(), 4, 4, 0),
                new BertConfig(
                        t.vocabulary(),
                        t.hidden(),
                        t.layers(),
                        t.heads(),
                        t.intermediate(),
                        t.positions(),
                        t.types(),
                        0,
                        1e-12),
                c.fusionHeads(),
                0);
    }

    /** Logits (B,2,H,W). */
    public Tensor forward(FiaNetInput input) {
        Tape tape = Tape.inference(
                Tape.Options.of(backend).withParallelism(parallelism).withWorkspace(workspace));
        return network.answer(
                tape, input.image().permute(0, 2, 3, 1).contiguous(), sentences(input), logits -> logits.permute(
                                0, 3, 1, 2)
                        .copy());
    }

    static SentenceBatch sentences(FiaNetInput input) {
        return new SentenceBatch(input.ids(), input.context(), input.object(), input.position());
    }

    @Override
    public void close() {
        parallelism.close();
    }
}
