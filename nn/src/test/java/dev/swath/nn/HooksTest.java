package dev.swath.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Hook;
import dev.swath.autograd.OpCall;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Linear;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.GoldenRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What hooks and listeners see of a pass, and what they may change. */
class HooksTest {
    static Stream<Backend> processors() {
        return GoldenRun.processors();
    }

    private static SwinTransformer swin() {
        SwinTransformer swin = new SwinTransformer(new SwinConfig(8, List.of(2, 2), List.of(2, 4), 4, 4, 4, 0));
        swin.initialise(new RandomSource(3));
        return swin;
    }

    private static Tensor image(int side) {
        float[] x = new float[side * side * 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(0.37 * i);
        }
        return Tensor.of(x, 1, side, side, 3);
    }

    private static List<float[]> run(Module swin, Tape.Options options) {
        Tape tape = Tape.inference(options);
        return ((SwinTransformer) swin)
                .forward(tape, tape.constant(image(32))).stream()
                        .map(v -> v.value().toFloatArray())
                        .toList();
    }

    @ParameterizedTest
    @MethodSource("processors")
    void everyModuleIsSeenUnderItsNameWithAllItsResults(Backend backend) {
        SwinTransformer swin = swin();
        Map<String, Integer> seen = new LinkedHashMap<>();
        List<Hook> hooks = swin.namedModules().values().stream()
                .map(m -> m.onForward((path, module, results) -> {
                    assertEquals(module, swin.namedModules().get(path));
                    seen.put(path, results.size());
                }))
                .toList();
        run(swin, Tape.Options.of(backend));
        hooks.forEach(Hook::close);
        Set<String> called = swin.namedModules().entrySet().stream()
                .filter(e -> !(e.getValue() instanceof ModuleList<?>))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertEquals(called, seen.keySet());
        assertEquals(2, seen.get(""), "the maps of both stages");
        assertEquals(2, seen.get("layers.0"), "its map and what the next stage takes");
        assertEquals(1, seen.get("layers.1"));
        assertEquals(1, seen.get("layers.0.blocks.0.attn.qkv"));
    }

    @ParameterizedTest
    @MethodSource("processors")
    void aHookThatChangesAResultChangesWhatFollowsAndNothingElse(Backend backend) {
        SwinTransformer swin = swin();
        List<float[]> plain = run(swin, Tape.Options.of(backend));
        Module second = swin.namedModules().get("layers.1");
        Module first = swin.namedModules().get("layers.0");
        List<float[]> seen = new ArrayList<>();
        try (Hook _ = first.onForwardChange((tape, _, _, results) -> List.of(
                        results.getFirst(),
                        Binary.mul(
                                tape, results.get(1), tape.number(results.get(1).dtype(), 0))));
                Hook _ = first.onForward(
                        (_, _, results) -> seen.add(results.get(1).value().toFloatArray()))) {
            List<float[]> changed = run(swin, Tape.Options.of(backend));
            assertArrayEquals(plain.getFirst(), changed.getFirst());
            assertFalse(java.util.Arrays.equals(plain.get(1), changed.get(1)));
            for (float x : seen.getFirst()) {
                assertEquals(0, Math.abs(x), "a hook that looks sees what goes on");
            }
        }
        List<float[]> again = run(swin, Tape.Options.of(backend));
        assertArrayEquals(plain.get(1), again.get(1), "a closed hook changes nothing");
        assertTrue(second.name().equals("1"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aChangeIsPartOfTheGradient(boolean checkpointing) {
        SwinTransformer swin = swin();
        Backend backend = processors().findFirst().orElseThrow();
        Tape.Options options = Tape.Options.of(backend).withCheckpointing(checkpointing);
        Module block = swin.namedModules().get("layers.0.blocks.1");
        List<Tensor> gradients = new ArrayList<>();
        for (double factor : new double[] {1, 0}) {
            swin.zeroGrad();
            try (Hook _ = block.onForwardChange((tape, _, _, results) -> List.of(Binary.mul(
                    tape, results.getFirst(), tape.number(results.getFirst().dtype(), factor))))) {
                Tape tape = Tape.recording(options);
                Var y = swin.forward(tape, tape.constant(image(32))).getLast();
                Var flat = Reshape.apply(
                        tape,
                        Binary.mul(tape, y, y),
                        1,
                        Math.toIntExact(y.value().elements()));
                tape.backward(Reshape.apply(tape, Reduce.sum(tape, flat, 1, false)));
            }
            gradients.add(swin.namedParameters()
                    .get("layers.0.blocks.0.mlp.fc1.weight")
                    .grad()
                    .copy());
        }
        assertTrue(sum(gradients.getFirst()) > 0);
        assertEquals(0, sum(gradients.getLast()), "nothing comes back through a factor of 0");
    }

    private static double sum(Tensor t) {
        double sum = 0;
        for (double x : t.toDoubleArray()) {
            sum += Math.abs(x);
        }
        return sum;
    }

    @Test
    void aChangeMustFit() {
        SwinTransformer swin = swin();
        Module embed = swin.namedModules().get("patch_embed");
        Backend backend = processors().findFirst().orElseThrow();
        try (Hook _ = embed.onForwardChange((_, _, _, _) -> List.of(Var.constant(Tensor.zeros(1, 2, 2, 8))))) {
            String message = assertThrows(ModuleException.class, () -> run(swin, Tape.Options.of(backend)))
                    .getMessage();
            assertEquals(
                    "[hook] what a hook puts in the place of the results of 'patch_embed' must have their number, shapes and"
                            + " types, [f32[1, 8, 8, 8]]; got [f32[1, 2, 2, 8]]",
                    message);
        }
        try (Hook _ = embed.onForwardChange((_, _, _, _) -> List.of())) {
            assertThrows(ModuleException.class, () -> run(swin, Tape.Options.of(backend)));
        }
    }

    @Test
    void aHookKnowsThePassOfItsListener() {
        SwinTransformer swin = swin();
        Backend backend = processors().findFirst().orElseThrow();
        TapeListener mine = new TapeListener() {};
        List<Boolean> seen = new ArrayList<>();
        try (Hook _ = swin.onForwardChange((tape, _, _, results) -> {
            seen.add(tape.isWatchedBy(mine));
            return results;
        })) {
            run(swin, Tape.Options.of(backend));
            run(swin, Tape.Options.of(backend).withListener(mine));
            run(swin, Tape.Options.of(backend).withListener(new TapeListener() {}));
        }
        assertEquals(List.of(false, true, false), seen);
    }

    @ParameterizedTest
    @MethodSource("processors")
    void aListenerIsToldAllThatAnOpReads(Backend backend) {
        List<OpCall> calls = new ArrayList<>();
        TapeListener listener = new TapeListener() {
            @Override
            public boolean wantsCalls() {
                return true;
            }

            @Override
            public void onCall(OpCall call) {
                calls.add(call);
            }
        };
        Tape tape = Tape.inference(Tape.Options.of(backend).withListener(listener));
        Var q = Var.constant(image(4).reshape(1, 6, 8));
        Var mask = Var.constant(Tensor.of(new float[] {1, 1, 0, 1, 0, 1}, 1, 6));
        Attention.apply(tape, q, q, q, mask, 2, 0.5, 0);
        Var w = Var.constant(image(4).reshape(6, 8));
        Var y = Linear.apply(tape, q, w, null, Activation.GELU, null);
        Reshape.apply(tape, y, 6, 6);

        OpCall attention = calls.getFirst();
        assertEquals(
                List.of("q", "k", "v", "mask"), List.copyOf(attention.inputs().keySet()));
        assertEquals(mask, attention.inputs().get("mask"));
        assertEquals(Map.of("heads", 2, "scale", 0.5), attention.settings());
        assertTrue(
                attention.kernel().getSimpleName().endsWith("Attention"),
                attention.kernel().getName());
        OpCall linear = calls.get(1);
        assertEquals(List.of("x", "weight"), List.copyOf(linear.inputs().keySet()), "what is absent is left out");
        assertEquals(Activation.GELU, linear.settings().get("f"));
        assertTrue(linear.isFresh());
        OpCall reshape = calls.get(2);
        assertFalse(reshape.isFresh());
        assertEquals(linear.output(), reshape.inputs().get("x"));
        assertEquals(Shape.of(6, 6), reshape.output().shape());
        assertEquals(null, reshape.kernel());
    }

    /** A listener that does not want calls is never told of one, and details are not even put together. */
    @Test
    void nobodyIsToldWhoDoesNotAsk() {
        Tape tape = Tape.inference(
                Tape.Options.of(processors().findFirst().orElseThrow()).withListener(new TapeListener() {
                    @Override
                    public void onCall(OpCall call) {
                        throw new AssertionError(call.op());
                    }
                }));
        tape.describe(() -> {
            throw new AssertionError("details");
        });
        Reduce.sum(tape, Var.constant(image(4)), 1, false);
    }
}
