package dev.swath.fianet.model.crossvlt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Permute;
import dev.swath.fianet.model.GoldenModule;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CrossVltPartsTest {
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static Var mask(GoldenRun run) {
        return run.tape().constant(run.rawInput("mask").to(DType.F32));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void pixelsAskWords(Backend backend) {
        Golden g = Golden.of("crossvlt_word_fusion");
        GoldenRun run = new GoldenRun(g, backend);
        WordFusion fusion = new WordFusion(g.config("v_dim"), g.config("dim"), g.config("l_dim"), g.config("head"));
        new GoldenModule(g, run).load(fusion);
        run.output("y", fusion.forward(run.tape(), run.input("x"), new Words(run.input("words"), mask(run))));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void wordsAskPixels(Backend backend) {
        Golden g = Golden.of("crossvlt_word_stage");
        GoldenRun run = new GoldenRun(g, backend);
        BertConfig text =
                new BertConfig(1, g.config("hidden"), 1, g.config("heads"), g.config("intermediate"), 1, 1, 0, 1e-12);
        LanguageStage stage = new LanguageStage(text, g.config("v_dim"), g.config("align"));
        new GoldenModule(g, run).load(stage);
        List<Var> r = stage.forward(run.tape(), run.input("words"), mask(run), run.input("pixels"), true);
        run.output("words", r.getFirst());
        run.output("first", r.getLast());
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void lossesAddUp(Backend backend) {
        Golden g = Golden.of("crossvlt_loss");
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        Tensor target = t.indices(run.rawInput("target"), 2);
        SegmentationLoss entropy = new SegmentationLoss(
                List.of(0.9, 1.1), 2, 0, SegmentationLoss.published().reduction());
        Var y = entropy.forward(t, Permute.apply(t, run.input("logits"), 0, 2, 3, 1), target);
        for (String map : List.of("sim0", "sim1")) {
            Var s = Permute.apply(t, run.input(map), 0, 2, 3, 1);
            y = Binary.add(t, y, Alignment.loss(t, s, target));
        }
        run.output("y", y);
        run.backward();
    }

    /** A pixel and a sentence of zeros have no direction: their likeness is 0, and so is its gradient. */
    @Test
    void zerosHaveNoDirection() {
        Tape t = Tape.recording(Tape.Options.of(Backends.cpu()));
        Var pixels = Var.leaf(Tensor.of(new float[] {0, 0, 3, 4}, 1, 1, 2, 2));
        Var sentence = Var.leaf(Tensor.of(new float[] {6, 8}, 1, 2));
        Var s = Alignment.similarity(t, pixels, sentence);
        Golden.assertClose("cosines", Tensor.of(new float[] {0, 1}, 1, 1, 2, 1), s.value(), 1e-6);
        t.backward(List.of(s), List.of(Tensor.of(new float[] {0, 1}, 1, 1, 2, 1)));
        for (double d : pixels.grad().toDoubleArray()) {
            assertEquals(0, d, 1e-6);
        }
    }
}
