package dev.swath.fianet.model.dlsa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.GoldenModule;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.nn.ModuleException;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenDlsaTest {
    private static final List<Integer> KERNELS = List.of(1, 3, 5, 7);

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static Stream<Arguments> on(String... names) {
        return Stream.of(names).flatMap(n -> backends().map(b -> Arguments.of(n, b)));
    }

    static Stream<Arguments> layouts() {
        return on("dlsa_mix_original", "dlsa_mix_legacy");
    }

    static Stream<Arguments> texts() {
        return on(
                "dlsa_text_attn",
                "dlsa_text_glf",
                "dlsa_text_glf_adapt_eval",
                "dlsa_text_glf_adapt_train",
                "dlsa_text_glf_adapt_uncertainty");
    }

    private static MixingMap map(Golden g) {
        return g.config().containsValue("original")
                ? new OriginalMixingMap(g.config("dim"), g.config("text"))
                : new LegacyMixingMap(g.config("dim"), g.config("text"), g.config("hidden"), KERNELS);
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void mixesAsStagesCallIt(String name, Backend backend) {
        GoldenModule m = GoldenModule.of(name, backend);
        Tape t = m.tape();
        MixingMap mix = m.load(map(m.golden()));
        Var x = m.run().input("x");
        int side = (int) Math.sqrt(x.dim(1));
        Var cls = m.run().input("cls");
        Words words = new Words(
                Reshape.apply(t, cls, cls.dim(0), 1, cls.dim(1)), t.constant(Tensor.of(new float[] {1, 1}, 2, 1)));
        Var y = mix.forward(t, Reshape.apply(t, x, x.dim(0), side, side, x.dim(2)), words);
        m.check(mix, Reshape.apply(t, y, x.shape().dims()));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void mixesWords(Backend backend) {
        GoldenModule m = GoldenModule.of("dlsa_mix_legacy_words", backend);
        MixingMap mix = m.load(map(m.golden()));
        m.checkMap(mix, mix.forward(m.tape(), m.map("x"), m.words()));
    }

    @Test
    void originalLayoutTakesOneWord() {
        MixingMap mix = new OriginalMixingMap(4, 3);
        mix.initialise(new RandomSource(1));
        Tape t = Tape.inference(Tape.Options.of(Backends.cpu()));
        Words two = new Words(Var.constant(Tensor.zeros(1, 2, 3)), Var.constant(Tensor.zeros(1, 2)));
        ModuleException e =
                assertThrows(ModuleException.class, () -> mix.forward(t, Var.constant(Tensor.zeros(1, 2, 2, 4)), two));
        assertEquals(
                "[dlsa] a mixing map of the original layout takes [CLS] alone, not 2 words; the legacy layout takes words",
                e.getMessage());
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text(String name, Backend backend) {
        GoldenModule m = GoldenModule.of(name, backend);
        TextBlock block = m.load(new TextBlock(
                m.golden().config("dim"),
                m.golden().config("text"),
                settings(m.golden(), TextBlockSettings.Ablation.NONE)));
        m.checkMap(block, block.forward(m.tape(), m.map("x"), m.words()));
    }

    private static TextBlockSettings settings(Golden g, TextBlockSettings.Ablation ablation) {
        String variant = String.valueOf(g.config().get("variant")).toUpperCase(Locale.ROOT);
        return new TextBlockSettings(
                TextBlockSettings.Variant.valueOf(variant),
                Boolean.TRUE.equals(g.config().get("uncertainty")),
                ablation);
    }
}
