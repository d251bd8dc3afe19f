package dev.swath.nn.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Hook;
import dev.swath.autograd.OpCall;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Workspace;
import dev.swath.kernels.Backend;
import dev.swath.kernels.MetaBackend;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Summary;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.GoldenRun;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PassRecorderTest {
    private static final int SIDE = 36;

    /** Those of the processor, and a pretended device. */
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static SwinTransformer swin() {
        SwinTransformer swin = new SwinTransformer(new SwinConfig(8, List.of(2, 2), List.of(2, 4), 4, 4, 4, 0));
        swin.initialise(new RandomSource(3));
        return swin;
    }

    private static Tensor image() {
        float[] x = new float[SIDE * SIDE * 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.cos(0.73 * i);
        }
        return Tensor.of(x, 1, SIDE, SIDE, 3);
    }

    /** Memory that is given back turns to NaN: whoever reads it too late shows. */
    private static PassRecord record(SwinTransformer swin, Backend backend, Keep keep, PassRecorder.Observer observer) {
        swin.to(backend);
        PassRecorder recorder = new PassRecorder(swin, keep, observer);
        Tape tape = Tape.inference(Tape.Options.of(backend)
                .withWorkspace(Workspace.poisoning(backend))
                .withListener(recorder));
        swin.forward(tape, tape.constant(image()));
        return recorder.record();
    }

    private static PassRecord record(SwinTransformer swin, Backend backend, Keep keep) {
        return record(swin, backend, keep, PassRecorder.Observer.NOBODY);
    }

    private static Map<String, float[]> plain(SwinTransformer swin, Backend backend) {
        swin.to(backend);
        Map<String, float[]> out = new LinkedHashMap<>();
        List<Hook> hooks = swin.namedModules().values().stream()
                .map(m -> m.onForward((path, _, results) -> {
                    for (int i = 0; i < results.size(); i++) {
                        out.put(
                                path + (i == 0 ? "" : "[" + i + "]"),
                                results.get(i).value().toFloatArray());
                    }
                }))
                .toList();
        Tape tape = Tape.inference(Tape.Options.of(backend));
        swin.forward(tape, tape.constant(image()));
        hooks.forEach(Hook::close);
        return out;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsKeptIsThatOfAPlainPassToTheLastBit(Backend backend) {
        SwinTransformer swin = swin();
        Map<String, float[]> plain = plain(swin, backend);
        PassRecord record = record(swin, backend, Keep.modules("*"));
        assertEquals(plain.keySet(), record.tensors().keySet());
        plain.forEach((name, x) -> assertArrayEquals(x, record.tensor(name).toFloatArray(), name));
        record.results().forEach((name, r) -> {
            assertEquals(record.tensor(name).shape(), r.shape(), name);
            Statistics own = Statistics.of(record.tensor(name));
            assertEquals(own.mean(), Objects.requireNonNull(r.statistics()).mean(), name);
            assertArrayEquals(own.histogram(), r.statistics().histogram(), name);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void onlyWhatIsAskedForIsKept(Backend backend) {
        PassRecord none = record(swin(), backend, Keep.NOTHING);
        assertEquals(Map.of(), none.tensors());
        assertEquals(0, none.keptBytes());
        PassRecord some = record(swin(), backend, Keep.modules("layers.?").and(Keep.ops("*.attn:window_attention")));
        assertEquals(List.of("layers.0", "layers.1"), List.copyOf(some.tensors().keySet()));
        assertEquals(4, some.opTensors().size());
        Map<String, Tensor> op = some.opTensors("layers.0.blocks.1.attn:window_attention");
        assertEquals(List.of("qkv", "qkvBias", "table", ""), List.copyOf(op.keySet()));
        assertArrayEquals(
                record(swin(), backend, Keep.modules("*.qkv"))
                        .tensor("layers.0.blocks.1.attn.qkv")
                        .toFloatArray(),
                op.get("qkv").toFloatArray());
        String message =
                assertThrows(ModuleException.class, () -> some.tensor("norm")).getMessage();
        assertEquals(
                "[inspect] a tensor must be asked for before the pass to be read after it; got 'norm', kept were layers.0, layers.1",
                message);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theRecordIsTheTreeOfTheNetworkInTheOrderOfThePass(Backend backend) {
        SwinTransformer swin = swin();
        PassRecord record = record(swin, backend, Keep.NOTHING);
        assertEquals("", record.root().path());
        assertEquals("SwinTransformer", record.root().type());
        assertEquals(
                List.of("patch_embed", "layers"),
                record.root().children().stream().map(ModuleCall::path).toList());
        assertEquals(
                swin.namedModules().keySet(),
                new java.util.LinkedHashSet<>(
                        record.modules().stream().map(ModuleCall::path).toList()));
        for (ModuleCall m : record.modules()) {
            boolean list = swin.namedModules().get(m.path()) instanceof ModuleList<?>;
            assertEquals(list, m.results().isEmpty(), m.path());
            assertEquals(swin.namedModules().get(m.path()).parameterCount(), m.parameters(), m.path());
            long inside = m.steps().stream().mapToLong(Step::nanos).sum();
            assertTrue(
                    m.nanos() >= 0 && inside >= 0 && inside <= m.nanos(),
                    m.path() + " took " + m.nanos() + " around " + inside);
            assertEquals(m.flops(), m.steps().stream().mapToLong(Step::flops).sum(), m.path());
            assertEquals(m.bytes(), m.steps().stream().mapToLong(Step::bytes).sum(), m.path());
        }
        ModuleCall qkv = record.modules().stream()
                .filter(m -> m.path().equals("layers.0.blocks.0.attn.qkv"))
                .findFirst()
                .orElseThrow();
        assertEquals(81 * 2 * 8 * 24, qkv.flops());
        assertEquals(4 * (81 * 8 + 8 * 24 + 24 + 81 * 24), qkv.bytes(), "x, weight, bias and result");
        assertEquals(List.of("linear"), qkv.ops().stream().map(OpRecord::op).toList());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void operationsAreThoseOfTheSummary(Backend backend) {
        SwinTransformer swin = swin();
        swin.to(backend);
        Summary summary = Summary.of(swin, listener -> {
            Tape tape = Tape.inference(Tape.Options.of(backend).withListener(listener));
            swin.forward(tape, tape.constant(image()));
        });
        PassRecord record = record(swin, backend, Keep.NOTHING);
        Map<String, Long> counted = new HashMap<>();
        record.modules().forEach(m -> counted.merge(m.path(), m.flops(), Long::sum));
        summary.rows().forEach(r -> assertEquals(r.flops(), counted.get(r.name()), r.name()));
        assertEquals(summary.flops(), record.root().flops());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void opsNameTheirInputsAndWhoMadeThem(Backend backend) {
        PassRecord record = record(swin(), backend, Keep.NOTHING);
        OpRecord attention = record.op("layers.0.blocks.0.attn:window_attention");
        OpInput qkv = attention.inputs().getFirst();
        assertEquals(
                "layers.0.blocks.0.attn.qkv:linear",
                record.ops().get(qkv.from()).name());
        assertEquals(
                "layers.0.blocks.0.attn.qkv.bias", attention.inputs().get(1).parameter());
        assertEquals(
                "layers.0.blocks.0.attn.relative_position_bias_table",
                attention.inputs().get(2).parameter());
        assertEquals(-1, attention.inputs().get(2).from());
        assertEquals(Map.of("heads", 2, "window", 4, "shift", 0), attention.settings());
        assertTrue(
                attention.kernel().endsWith("WindowAttention")
                        || backend.device().kind() != Device.Kind.CPU,
                attention.kernel());
        for (OpRecord op : record.ops()) {
            assertTrue(op.nanos() >= 0, op.name());
            op.inputs().forEach(i -> assertTrue(i.from() < op.id(), op.name()));
        }
        assertEquals(
                record.ops().size(),
                record.ops().stream().map(OpRecord::name).distinct().count(),
                "names of ops");
    }

    /** A pass on shapes says beforehand what a real one will keep. */
    @ParameterizedTest
    @MethodSource("backends")
    void shapesAloneTellTheMemory(Backend backend) {
        Keep keep = Keep.modules("layers.*", "patch_embed").and(Keep.ops("*:window_attention", "*:linear"));
        PassRecord real = record(swin(), backend, keep);
        SwinTransformer shapes = new SwinTransformer(new SwinConfig(8, List.of(2, 2), List.of(2, 4), 4, 4, 4, 0));
        MetaBackend meta = new MetaBackend();
        PassRecorder recorder = new PassRecorder(shapes, keep);
        Tape tape = Tape.inference(Tape.Options.of(meta).withListener(recorder));
        Tensor image = Tensor.over(meta.allocate(DType.F32, 3L * SIDE * SIDE), Shape.of(1, SIDE, SIDE, 3), 0);
        shapes.forward(tape, tape.constant(image));
        PassRecord dry = recorder.record();
        assertEquals(real.keptBytes(), dry.keptBytes());
        assertTrue(real.keptBytes() > 100_000, real.keptBytes() + " bytes");
        assertEquals(
                real.ops().stream().map(OpRecord::name).toList(),
                dry.ops().stream().map(OpRecord::name).toList());
        dry.results().values().forEach(r -> {
            assertNull(r.statistics());
            assertEquals(real.results().get(r.name()).shape(), r.shape());
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void attentionWeightsMixTheValuesToWhatTheOpGave(Backend backend) {
        BertEncoder bert = new BertEncoder(new BertConfig(50, 32, 2, 4, 64, 16, 2, 0, 1e-12));
        bert.initialise(new RandomSource(1));
        bert.to(backend);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        PassRecorder recorder = new PassRecorder(bert, Keep.ops("*:attention"), new PassRecorder.Observer() {
            @Override
            public void onCall(String name, OpCall call) {
                if (call.op().equals("attention")) {
                    weights.put(name, AttentionWeights.of(call));
                }
            }
        });
        Tape tape = Tape.inference(Tape.Options.of(backend).withListener(recorder));
        Tensor mask = Tensor.of(new float[] {1, 1, 1, 0, 0, 1, 1, 0, 1, 1}, 2, 5);
        Tensor ids = tape.indices(Tensor.of(new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, 5), 50);
        bert.forward(tape, ids, tape.constant(mask));
        assertEquals(2, weights.size());
        weights.forEach((name, w) -> {
            assertEquals(Shape.of(2, 4, 5, 5), w.shape());
            Tensor v = recorder.record().opTensors(name).get("v");
            Tensor y = recorder.record().opTensors(name).get("");
            for (int b = 0; b < 2; b++) {
                for (int h = 0; h < 4; h++) {
                    for (int q = 0; q < 5; q++) {
                        double sum = 0;
                        for (int k = 0; k < 5; k++) {
                            sum += w.get(b, h, q, k);
                            assertTrue(mask.get(b, k) == 1 || w.get(b, h, q, k) == 0, "a hidden word weighs nothing");
                        }
                        assertEquals(1, sum, 1e-6);
                        for (int c = 0; c < 8; c++) {
                            double mixed = 0;
                            for (int k = 0; k < 5; k++) {
                                mixed += w.get(b, h, q, k) * v.get(b, k, 8 * h + c);
                            }
                            assertEquals(y.get(b, q, 8 * h + c), mixed, 2e-6, name);
                        }
                    }
                }
            }
        });
    }
}
