package dev.swath.bench.peers;

import dev.swath.tensor.StateDict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A network on libtorch in training, its gradients by libtorch's autograd. */
public final class TorchTraining implements TrainingEngine {
    private static final double CROSS_ENTROPY = 0.9;
    private static final double DICE = 0.1;

    private final TorchModel network;
    private final List<Tensor> parameters;
    private final TorchLoss loss;
    private final TorchAdamW optimizer;

    /** FIANet of the given sizes; threads are set by {@link TorchFiaNet#setThreads}. */
    public TorchTraining(NetworkConfig config, StateDict weights, TorchFiaNet.Precision precision) {
        this(new TorchFiaNet(config, weights, precision, true), CROSS_ENTROPY, DICE, TorchAdamW.published(TEXT_LAYERS));
    }

    /** One of the compared networks with the loss and the groups of its published training. */
    public TorchTraining(ComparedConfig config, StateDict weights, TorchFiaNet.Precision precision) {
        this(
                TorchCompared.model(config, weights, precision, true),
                crossEntropy(config.network()),
                config.network().isWithoutDice() ? 0 : DICE,
                config.network() == ComparedNetwork.CROSSVLT
                        ? TorchAdamW.ofCrossVlt()
                        : TorchAdamW.published(TEXT_LAYERS));
    }

    /**
     * @param network in training mode
     * @param crossEntropy weight of that in the loss
     * @param dice weight of that in the loss
     * @param groups which parameters learn, the first group without decay
     */
    private TorchTraining(TorchModel network, double crossEntropy, double dice, List<Predicate<String>> groups) {
        this.network = network;
        parameters = network.state().tensors().entrySet().stream()
                .filter(entry -> !entry.getKey().contains(".running_"))
                .map(Map.Entry::getValue)
                .toList();
        parameters.forEach(parameter -> parameter.set_requires_grad(true));
        optimizer = new TorchAdamW(network.state().tensors(), WEIGHT_DECAY, groups);
        loss = new TorchLoss(crossEntropy, dice, network.state().type());
    }

    private static double crossEntropy(ComparedNetwork network) {
        if (network == ComparedNetwork.CROSSVLT) {
            return 2;
        }
        return network.isWithoutDice() ? 1 : CROSS_ENTROPY;
    }

    @Override
    public double step(FiaNetInput input, dev.swath.tensor.Tensor target) {
        parameters.forEach(parameter -> parameter.mutable_grad().reset());
        try (PointerScope _ = new PointerScope()) {
            Tensor truth = Tensor.create(target.toLongArray(), target.dim(0), target.dim(1), target.dim(2));
            Tensor value = network.loss(input, truth, loss);
            value.backward();
            return value.to(torch.ScalarType.Double).item_double();
        }
    }

    @Override
    public Optional<dev.swath.tensor.Tensor> gradient(String parameter) {
        Tensor found = network.state().tensors().get(parameter);
        if (found == null) {
            throw new IllegalArgumentException("there is no parameter " + parameter);
        }
        return Optional.of(found.grad()).filter(Tensor::defined).map(network.state()::copy);
    }

    /** A buffer or parameter by its published name, as it is now. */
    dev.swath.tensor.Tensor value(String name) {
        return network.state().copy(network.state().tensors().get(name));
    }

    @Override
    public void update(double learningRate) {
        optimizer.step(learningRate);
    }

    @Override
    public void close() {
        optimizer.close();
        loss.close();
        network.close();
    }
}
