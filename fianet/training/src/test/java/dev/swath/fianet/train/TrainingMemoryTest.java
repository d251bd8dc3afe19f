package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Backend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingMemoryTest {
    private static FiaNetConfig small() {
        return new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(8, List.of(2, 2, 2, 2), List.of(1, 2, 2, 4), 4, 4, 4, 0.3),
                        new BertConfig(64, 16, 2, 2, 32, 24, 2, 0.1, 1e-12)),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theEstimateIsWhatAStepTakes(boolean checkpointing) {
        Backend backend = GoldenRun.backends().findFirst().orElseThrow();
        FiaNet network = new FiaNet(small());
        network.initialise(new RandomSource(1));
        List<ParameterGroup> groups = ParameterGroups.of(network, 0.01);
        ParameterGroups.freezeOthers(network, groups);
        Workspace workspace = new Workspace(backend);
        Tape tape = Tape.recording(Tape.Options.of(backend)
                .withTraining(new RandomSource(1))
                .withWorkspace(workspace)
                .withCheckpointing(checkpointing));
        Var logits = network.forward(
                tape,
                Var.constant(Tensor.zeros(2, 96, 96, 3)),
                SentenceBatch.blank(2, 20).upload(tape, network));
        tape.backward(SegmentationLoss.published().forward(tape, logits, Tensor.zeros(DType.I64, Shape.of(2, 96, 96))));
        AdamW adam = new AdamW(groups, 0.9, 0.999, 1e-8);
        adam.step(1e-3);
        long moments = adam.state().names().stream()
                .filter(n -> !n.startsWith("step/"))
                .mapToLong(n -> 4 * adam.state().get(n).elements())
                .sum();
        TrainingMemory estimate = TrainingMemory.estimate(small(), 2, 96, checkpointing);
        assertEquals(moments, estimate.optimizer());
        assertEquals(moments, 2 * estimate.gradients());
        assertEquals(workspace.peakBytes(), estimate.activations(), 0.02 * estimate.activations());
        assertEquals(workspace.bytes(), estimate.activations(), 0.15 * estimate.activations());
    }

    @Test
    void publishedSizesFit() {
        TrainingMemory plain = TrainingMemory.estimate(FiaNetConfig.refsegrs(), 1, 480, false);
        TrainingMemory small = TrainingMemory.estimate(FiaNetConfig.refsegrs(), 1, 480, true);
        assertTrue(plain.total() < 8e9, plain.describe());
        assertTrue(small.activations() < 0.7 * plain.activations(), small.describe());
    }
}
