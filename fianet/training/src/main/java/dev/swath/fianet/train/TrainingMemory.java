package dev.swath.fianet.train;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.kernels.MetaBackend;
import dev.swath.nn.Parameter;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/**
 * What a training step holds in memory, in bytes, found by one step on shapes alone. Beside it the process needs the
 * virtual machine itself, the kernels' scratch arrays (some 0.3 GB at published sizes) and the loader's images.
 *
 * @param weights parameters and buffers
 * @param gradients of the parameters that the optimizer changes
 * @param optimizer both moments of AdamW
 * @param activations the most that the forward and backward pass hold at a time: results, what ops save, and gradients of
 *     results
 */
public record TrainingMemory(long weights, long gradients, long optimizer, long activations) {
    private static final int WORDS = 20;

    /** For square images of {@code size} pixels and {@value #WORDS} pieces a sentence. */
    public static TrainingMemory estimate(NetworkConfig config, int batch, int size, boolean checkpointing) {
        return estimate(config, batch, size, checkpointing, List.of());
    }

    /** The same where only what begins with one of the names of {@code learn} learns. */
    public static TrainingMemory estimate(
            NetworkConfig config, int batch, int size, boolean checkpointing, List<String> learn) {
        ReferringNetwork network = config.create();
        List<ParameterGroup> groups = ParameterGroups.only(ParameterGroups.of(network, 0), learn);
        ParameterGroups.freezeOthers(network, groups);
        MetaBackend backend = new MetaBackend();
        Workspace workspace = new Workspace(backend);
        Tape tape = Tape.recording(Tape.Options.of(backend)
                .withTraining(new RandomSource(0))
                .withWorkspace(workspace)
                .withCheckpointing(checkpointing));
        Tensor image = Tensor.over(
                backend.allocate(DType.F32, (long) batch * size * size * 3), Shape.of(batch, size, size, 3), 0);
        SentenceBatch sentences =
                SentenceBatch.blank(batch, Math.min(WORDS, config.limits().positions()));
        Tensor target =
                Tensor.over(backend.allocate(DType.I64, (long) batch * size * size), Shape.of(batch, size, size), 0);
        tape.backward(network.loss(
                tape,
                network.upload(tape, image),
                sentences.upload(tape, network),
                target,
                SegmentationLoss.published()));
        long gradients = network.namedParameters().values().stream()
                .filter(p -> p.grad() != null)
                .mapToLong(TrainingMemory::bytes)
                .sum();
        long buffers = network.namedBuffers().values().stream()
                .mapToLong(b -> b.shape().elements() * b.value().dtype().bytes())
                .sum();
        long weights = network.namedParameters().values().stream()
                .mapToLong(TrainingMemory::bytes)
                .sum();
        return new TrainingMemory(weights + buffers, gradients, 2 * gradients, workspace.peakBytes());
    }

    private static long bytes(Parameter p) {
        return p.shape().elements() * p.dtype().bytes();
    }

    /** All together. */
    public long total() {
        return weights + gradients + optimizer + activations;
    }

    /** One line for people. */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%.2f GB: weights %.2f, gradients %.2f, optimizer %.2f, activations %.2f",
                total() / 1e9,
                weights / 1e9,
                gradients / 1e9,
                optimizer / 1e9,
                activations / 1e9);
    }
}
