package dev.swath.bench.peers;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
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
import java.util.Optional;

/** Swath's own network in training. */
public final class SwathTraining implements TrainingEngine {
    private final Backend backend = Backends.cpu();
    private final SegmentationLoss loss = SegmentationLoss.published();
    private final Workspace workspace = new Workspace(backend);
    private final Parallelism parallelism;
    private final FiaNet network;
    private final AdamW optimizer;

    /** The network with the weights on the best CPU backend. */
    public SwathTraining(NetworkConfig config, StateDict weights, int threads) {
        parallelism = Parallelism.ofThreads(threads);
        network = new FiaNet(SwathFiaNet.translate(config));
        LoadReport.load(weights, network.targets(), network.sink(null)).requireComplete("the benchmark's weights");
        optimizer = new AdamW(
                ParameterGroups.of(network, WEIGHT_DECAY, TEXT_LAYERS), 0.9, 0.999, 1e-8, backend, parallelism);
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
