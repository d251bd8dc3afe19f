package dev.swath.bench.peers;

import dev.swath.bench.checkpoint.StateEntry;
import dev.swath.bench.checkpoint.StateLayout;
import dev.swath.tensor.StateDict;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The network on libtorch in training, its gradients by libtorch's autograd. */
public final class TorchTraining implements TrainingEngine {
    private static final float[] CLASS_WEIGHTS = {0.9f, 1.1f};
    private static final double CROSS_ENTROPY = 0.9;
    private static final double DICE = 0.1;
    private static final double SMOOTH = 1e-6;
    private static final long MEAN = 1;
    private static final long NOTHING_IGNORED = -100;

    private final TorchFiaNet network;
    private final List<Tensor> parameters;
    private final Tensor classWeights;
    private final TorchAdamW optimizer;

    /** A network of the given sizes; threads are set by {@link TorchFiaNet#setThreads}. */
    public TorchTraining(NetworkConfig config, StateDict weights, TorchFiaNet.Precision precision) {
        network = new TorchFiaNet(config, weights, precision, true);
        parameters = StateLayout.of(config).stream()
                .filter(StateEntry::isParameter)
                .map(entry -> network.tensors().get(entry.name()))
                .toList();
        parameters.forEach(parameter -> parameter.set_requires_grad(true));
        optimizer = new TorchAdamW(network.tensors(), WEIGHT_DECAY, TEXT_LAYERS);
        classWeights = Torch.owned(() -> Torch.of(CLASS_WEIGHTS, network.type(), CLASS_WEIGHTS.length));
    }

    @Override
    public double step(FiaNetInput input, dev.swath.tensor.Tensor target) {
        parameters.forEach(parameter -> parameter.mutable_grad().reset());
        try (PointerScope _ = new PointerScope()) {
            Tensor truth = Tensor.create(target.toLongArray(), target.dim(0), target.dim(1), target.dim(2));
            Tensor loss = loss(network.logits(input), truth);
            loss.backward();
            return loss.to(torch.ScalarType.Double).item_double();
        }
    }

    /** 0.9 weighted cross entropy + 0.1 dice, the dice summed over samples and both classes. */
    private Tensor loss(Tensor logits, Tensor truth) {
        Tensor crossEntropy =
                torch.cross_entropy_loss(logits, truth, new TensorOptional(classWeights), MEAN, NOTHING_IGNORED, 0);
        Tensor share = torch.softmax(logits, 1);
        Tensor right = torch.one_hot(truth, 2).permute(0, 3, 1, 2).to(network.type());
        Tensor overlap = Torch.shift(Torch.scale(overPixels(share.mul(right)), 2), SMOOTH);
        Tensor both = Torch.shift(overPixels(share).add(overPixels(right)), SMOOTH);
        Tensor dice = Torch.shift(Torch.scale(overlap.div(both), -1), 1).sum();
        return Torch.scale(crossEntropy, CROSS_ENTROPY).add(Torch.scale(dice, DICE));
    }

    private static Tensor overPixels(Tensor x) {
        return x.sum(new long[] {2, 3}, false, new ScalarTypeOptional());
    }

    @Override
    public Optional<dev.swath.tensor.Tensor> gradient(String parameter) {
        Tensor found = network.tensors().get(parameter);
        if (found == null) {
            throw new IllegalArgumentException("there is no parameter " + parameter);
        }
        return Optional.of(found.grad()).filter(Tensor::defined).map(network::copy);
    }

    @Override
    public void update(double learningRate) {
        optimizer.step(learningRate);
    }

    @Override
    public void close() {
        optimizer.close();
        classWeights.close();
        network.close();
    }
}
