package dev.swath.bench.peers;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.train.ParameterGroups;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.Parameter;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.LoadReport;
import java.util.List;
import java.util.Optional;

/** A network of Swath's own in training. */
public final class SwathTraining implements TrainingEngine {
    private final Backend backend = Backends.cpu();
    private final SegmentationLoss loss;
    private final Workspace workspace = new Workspace(backend);
    private final Parallelism parallelism;
    private final ReferringNetwork network;
    private final AdamW optimizer;

    /** FIANet with the weights on the best CPU backend. */
    public SwathTraining(NetworkConfig config, StateDict weights, int threads) {
        this(new FiaNet(SwathFiaNet.translate(config)), weights, SegmentationLoss.published(), threads);
    }

    /** One of the compared networks, with the loss of its published training. */
    public SwathTraining(ComparedConfig config, StateDict weights, int threads) {
        this(SwathNetworks.translate(config).create(), weights, loss(config.network()), threads);
    }

    private SwathTraining(ReferringNetwork network, StateDict weights, SegmentationLoss loss, int threads) {
        this.network = network;
        this.loss = loss;
        parallelism = Parallelism.ofThreads(threads);
        LoadReport.load(weights, network.targets(), network.sink(null)).requireComplete("the benchmark's weights");
        optimizer = new AdamW(
                ParameterGroups.of(network, WEIGHT_DECAY, TEXT_LAYERS), 0.9, 0.999, 1e-8, backend, parallelism);
    }

    private static SegmentationLoss loss(ComparedNetwork network) {
        SegmentationLoss published = SegmentationLoss.published();
        return network.isWithoutDice()
                ? new SegmentationLoss(
                        List.of(0.9, 1.1), network == ComparedNetwork.CROSSVLT ? 2 : 1, 0, published.reduction())
                : published;
    }

    @Override
    public double step(FiaNetInput input, Tensor target) {
        network.zeroGrad();
        Tape tape = Tape.recording(Tape.Options.of(backend)
                .withParallelism(parallelism)
                .withWorkspace(workspace)
                .withTraining(new RandomSource(0)));
        Tensor image = input.image().permute(0, 2, 3, 1).contiguous();
        Var value = network.loss(
                tape,
                network.upload(tape, image),
                SwathFiaNet.sentences(input).upload(tape, network),
                tape.indices(target, 2),
                loss);
        tape.backward(value);
        return value.value().item();
    }

    @Override
    public Optional<Tensor> gradient(String parameter) {
        Parameter found = network.namedParameters().get(parameter);
        if (found == null) {
            throw new IllegalArgumentException("there is no parameter " + parameter);
        }
        return Optional.ofNullable(found.grad());
    }

    @Override
    public void update(double learningRate) {
        optimizer.step(learningRate);
    }

    @Override
    public void close() {
        parallelism.close();
    }
}
