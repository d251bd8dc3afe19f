package dev.swath.fianet.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.TrainableModel;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientInspectionTest {
    private static final SegmentationLoss LOSS = SegmentationLoss.published();

    @TempDir
    Path folder;

    private final Backend backend = Backends.cpu();

    private TrainableModel model() throws IOException {
        Path path = TinyModel.write(folder.resolve("model"), (n, t) -> {
            if (t.dtype().isFloating() && t.rank() > 1) {
                t.copyFrom(SmallModels.scaled(t, 3));
            }
            // A gate that is closed for good: nothing comes back through it.
            if (n.equals("backbone.layers.1.context_tanh_gate.2.weight")) {
                t.copyFrom(SmallModels.scaled(t, 0));
            }
        });
        return TrainableModel.open(path, SmallModels.options());
    }

    private static Tensor target(int side) {
        boolean[] mask = new boolean[40 * 20];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i / 40 < 10 && i % 40 >= 20;
        }
        return GradientInspection.target(mask, 40, 20, side);
    }

    @Test
    void gradientsAreThoseOfATrainingStep() throws IOException {
        TrainableModel model = model();
        Tensor image = model.preprocessor().apply(TinyModel.image(70, 50, 4));
        SentenceBatch sentence = model.sentence(SmallModels.SENTENCE);
        Tensor target = target(model.preprocessor().size());
        Map<String, float[]> buffers = new HashMap<>();
        model.network()
                .namedBuffers()
                .forEach((n, b) -> buffers.put(n, b.value().toFloatArray()));

        GradientInspection g = GradientInspection.of(model.network(), backend, image, sentence, target, LOSS, 5);
        model.network()
                .namedBuffers()
                .forEach((n, b) -> assertArrayEquals(buffers.get(n), b.value().toFloatArray(), n));
        model.network().namedParameters().forEach((n, p) -> assertNull(p.grad(), n));

        Tape tape = Tape.recording(Tape.Options.of(backend).withTraining(new RandomSource(5)));
        Var logits = model.network().logits(tape, tape.constant(image), sentence.upload(tape, model.network()));
        Map<String, Tensor> seen = new HashMap<>();
        logits.onGradient(d -> seen.put("", d.copy()));
        Var loss = LOSS.forward(tape, logits, tape.indices(target, 2));
        assertEquals(loss.value().item(), g.loss());
        tape.backward(loss);
        assertArrayEquals(seen.get("").toFloatArray(), g.logits().toFloatArray());
        String[] some = {
            "classifier.conv1_1",
            "backbone.patch_embed.proj",
            "backbone.layers.0.blocks.0.mlp.fc1",
            "backbone.tmem.bn",
            "text_encoder.encoder.layer.0.attention.self.query"
        };
        for (String name : some) {
            double squares = 0;
            for (String part : new String[] {".weight", ".bias"}) {
                for (double x : model.network()
                        .namedParameters()
                        .get(name + part)
                        .grad()
                        .toDoubleArray()) {
                    squares += x * x;
                }
            }
            assertTrue(squares > 0, name);
            assertEquals(Math.sqrt(squares), g.modules().get(name).parameters(), 1e-9 * Math.sqrt(squares), name);
            assertTrue(
                    g.modules().get(name).isReached() && g.modules().get(name).rms() > 0, name);
        }
    }

    /** A layer norm adds its bias to every cell: the bias's gradient is the sum of what comes back to the cells. */
    @Test
    void whatComesBackToAResultAddsUpToItsBiass() throws IOException {
        TrainableModel model = model();
        Tensor image = model.preprocessor().apply(TinyModel.image(70, 50, 4));
        SentenceBatch sentence = model.sentence(SmallModels.SENTENCE);
        Tensor target = target(model.preprocessor().size());
        GradientInspection g = GradientInspection.of(model.network(), backend, image, sentence, target, LOSS, 5);
        Tape tape = Tape.recording(Tape.Options.of(backend).withTraining(new RandomSource(5)));
        Var there = tape.constant(image);
        tape.backward(model.network()
                .loss(tape, there, sentence.upload(tape, model.network()), tape.indices(target, 2), LOSS));
        for (String name : new String[] {"backbone.norm0", "backbone.norm3", "backbone.layers.2.blocks.0.norm2"}) {
            double sum = 0;
            for (double x :
                    model.network().namedParameters().get(name + ".bias").grad().toDoubleArray()) {
                sum += x;
            }
            ModuleGradient m = g.modules().get(name);
            double found = m.statistics().mean() * m.statistics().count();
            assertEquals(sum, found, 1e-5 * m.norm() * Math.sqrt(m.statistics().count()), name);
            assertTrue(m.norm() > 0 && m.picture() != null, name);
        }
    }

    @Test
    void whereItVanishesIsNamed() throws IOException {
        TrainableModel model = model();
        GradientInspection g = GradientInspection.of(
                model.network(),
                backend,
                model.preprocessor().apply(TinyModel.image(70, 50, 4)),
                model.sentence(SmallModels.SENTENCE),
                target(model.preprocessor().size()),
                LOSS,
                5);
        var vanished = g.vanished().stream().map(ModuleGradient::name).toList();
        assertTrue(vanished.contains("backbone.layers.1.context_tanh_gate.0"), vanished.toString());
        assertFalse(vanished.contains("backbone.layers.1.context_tanh_gate.2"), vanished.toString());
        assertFalse(vanished.contains("backbone.layers.0.context_tanh_gate.0"), vanished.toString());
        assertTrue(g.unreached().contains("backbone.layers.0.object_position_align_blk.go_embedding.weight"));
        assertFalse(g.unreached().contains("classifier.conv1_1.weight"));
        assertEquals("", g.record().root().path());
    }

    @Test
    void aMaskIsBroughtToTheSizeThatTheNetworkSees() {
        Tensor t = target(10);
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 10; j++) {
                assertEquals(i < 5 && j >= 5 ? 1 : 0, t.get(0, i, j), i + ", " + j);
            }
        }
        assertThrows(InspectionException.class, () -> GradientInspection.target(new boolean[3], 2, 2, 4));
    }
}
