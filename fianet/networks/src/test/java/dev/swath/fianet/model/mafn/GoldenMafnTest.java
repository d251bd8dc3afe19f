package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.GoldenModule;
import dev.swath.kernels.Backend;
import dev.swath.nn.Mlp;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenMafnTest {
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    /** The parts of the noise attention under the names that they have in a block. */
    private static final class Noise extends Module {
        private final NoiseAttention attention;

        Noise(int channels, int heads) {
            this.attention = new NoiseAttention(
                    child("cross_attn_0_to_1", new NoiseAttention.Heads(channels, heads)),
                    child("relation_judger", new ModuleList<Mlp>().add(new Mlp(channels, channels))),
                    child("k_noise", new NoiseAttention.Noise(channels)),
                    child("v_noise", new NoiseAttention.Noise(channels)));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void noiseAttention(Backend backend) {
        GoldenModule m = GoldenModule.of("mafn_noise_attention", backend);
        Tape t = m.tape();
        Noise noise = m.load(new Noise(m.golden().config("dim"), m.golden().config("noise_heads")));
        Var y = m.run().input("y");
        Var map = Reshape.apply(t, y, y.dim(0), 3, 4, y.dim(2));
        m.check(
                noise,
                Reshape.apply(t, noise.attention.forward(t, map), y.shape().dims()));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void noiseBlock(Backend backend) {
        GoldenModule m = GoldenModule.of("mafn_noise_block", backend);
        Tape t = m.tape();
        int dim = m.golden().config("dim");
        NoiseBlock block = m.load(new NoiseBlock(
                dim,
                m.golden().config("heads"),
                m.golden().config("noise_heads"),
                m.golden().config("window"),
                m.golden().config("shift"),
                4,
                0));
        Var x = m.run().input("x");
        Var map =
                Reshape.apply(t, x, x.dim(0), m.golden().config("H"), m.golden().config("W"), dim);
        m.check(block, Reshape.apply(t, block.forward(t, map), x.shape().dims()));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void correlation(Backend backend) {
        GoldenModule m = GoldenModule.of("mafn_correlation", backend);
        m.checkMap(new ModuleList<>(), Correlation.apply(m.tape(), m.map("a"), m.map("b")));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void windows(Backend backend) {
        GoldenModule m = GoldenModule.of("mafn_windows", backend);
        WindowMixer mixer = m.load(new WindowMixer(m.golden().config("dim")));
        m.check(mixer, mixer.forward(m.tape(), m.run().input("x")));
    }

    static Stream<Arguments> scaleBlocks() {
        return Stream.of("mafn_scale_block_eval", "mafn_scale_block_train")
                .flatMap(n -> backends().map(b -> Arguments.of(n, b)));
    }

    /** Without the router's dropout. */
    @ParameterizedTest
    @MethodSource("scaleBlocks")
    void scaleBlock(String name, Backend backend) {
        GoldenModule m = GoldenModule.of(name, backend);
        ScaleBlock block = m.load(new ScaleBlock(m.golden().config("dim"), List.of(1, 3, 5), 0));
        m.checkMap(block, block.forward(m.tape(), m.map("x")));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void correlationBlock(Backend backend) {
        GoldenModule m = GoldenModule.of("mafn_correlation_block", backend);
        Tape t = m.tape();
        CorrelationBlock block = m.load(new CorrelationBlock(m.golden().config("dim")));
        Var seen = m.run().input("seen");
        Var told = m.run().input("told");
        int[] map = {seen.dim(0), 8, 8, seen.dim(2)};
        Var y = block.forward(t, Reshape.apply(t, seen, map), Reshape.apply(t, told, map));
        m.check(block, Reshape.apply(t, y, seen.shape().dims()));
    }
}
