package dev.swath.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Hook;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backends;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of the README, run. */
class ReadmeTest {
    @Test
    void examplesRun() {
        SwinTransformer swin = new SwinTransformer(SwinConfig.tiny(7));
        swin.initialise(new RandomSource(1));
        Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()));
        List<Var> stages = swin.forward(tape, Var.constant(Tensor.zeros(1, 64, 64, 3)));

        BertEncoder bert = new BertEncoder(new BertConfig(100, 32, 2, 2, 64, 16, 2, 0.1, 1e-12));
        bert.initialise(new RandomSource(1));
        Var mask = Var.constant(Tensor.of(new float[] {1, 1, 0}, 1, 3));
        Var hidden = bert.forward(tape, Tensor.of(new long[] {1, 2, 0}, 1, 3), mask);

        assertEquals(Shape.of(1, 2, 2, 768), stages.get(3).shape());
        assertEquals(Shape.of(1, 3, 32), hidden.shape());
    }

    @Test
    void hooksSeeEveryModuleUntilTheyAreClosed() {
        SwinTransformer swin = new SwinTransformer(new SwinConfig(8, List.of(2), List.of(2), 4, 4, 4, 0));
        swin.initialise(new RandomSource(1));
        List<String> paths = new ArrayList<>();
        List<Hook> hooks = swin.namedModules().values().stream()
                .map(m -> m.onForward((path, module, output) -> paths.add(path)))
                .toList();
        Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()));
        swin.forward(tape, Var.constant(Tensor.zeros(1, 32, 32, 3)));
        assertTrue(
                paths.contains("layers.0.blocks.1.attn.qkv") || paths.contains("blocks.1.attn.qkv"), paths.toString());
        hooks.forEach(Hook::close);
        paths.clear();
        swin.forward(tape, Var.constant(Tensor.zeros(1, 32, 32, 3)));
        assertEquals(List.of(), paths);
    }

    @Test
    void aSummaryCountsWhatAPassDoes() {
        SwinTransformer swin = new SwinTransformer(new SwinConfig(8, List.of(2), List.of(2), 4, 4, 4, 0));
        swin.initialise(new RandomSource(1));
        Summary summary = Summary.of(
                swin,
                listener -> swin.forward(
                        Tape.inference(Tape.Options.of(Backends.cpu()).withListener(listener)),
                        Var.constant(Tensor.zeros(1, 32, 32, 3))));
        Summary.Row qkv = summary.rows().stream()
                .filter(r -> r.name().endsWith("blocks.1.attn.qkv"))
                .findFirst()
                .orElseThrow();
        assertEquals("[1, 8, 8, 24]", qkv.output());
        assertEquals(8 * 24 + 24, qkv.parameters());
        assertEquals(2L * 64 * 8 * 24, qkv.flops());
        assertEquals(swin.parameterCount(), summary.parameters());
        assertTrue(summary.flops() > qkv.flops() && summary.toString().contains("WindowAttention"), summary.toString());
    }
}
