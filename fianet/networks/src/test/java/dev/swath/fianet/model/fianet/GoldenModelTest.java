package dev.swath.fianet.model.fianet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.GoldenModule;
import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.parts.ContextAlignment;
import dev.swath.fianet.model.parts.CrossAttention;
import dev.swath.fianet.model.parts.Decoder;
import dev.swath.fianet.model.parts.ScaleAwareGate;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.parts.Words;
import dev.swath.fianet.model.skeleton.SwinStage;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.nn.ModuleList;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinBlock;
import dev.swath.nn.swin.SwinBlocks;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

public class GoldenModelTest {
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static Stream<Arguments> on(String... names) {
        return Stream.of(names).flatMap(n -> backends().map(b -> Arguments.of(n, b)));
    }

    static Stream<Arguments> crossAttentions() {
        return on("align_pixel_word_attention_heads1", "align_pixel_word_attention_heads2");
    }

    static Stream<Arguments> stages() {
        return on("align_stage_inner", "align_stage_last");
    }

    static Stream<Arguments> tmems() {
        return on("tmem_blocks1_eval", "tmem_blocks3_train");
    }

    static Stream<Arguments> gates() {
        return on("tmem_scale_gate_eval", "tmem_scale_gate_train");
    }

    static Stream<Arguments> decoders() {
        return on("decoder_eval", "decoder_train");
    }

    private static Words words(GoldenRun run, String features, String mask) {
        return new Words(
                Permute.apply(run.tape(), run.input(features), 0, 2, 1),
                run.tape().constant(run.rawInput(mask).to(DType.F32)));
    }

    private static Sentence sentence(GoldenRun run) {
        return new Sentence(
                List.of(words(run, "ctx", "ctx_mask"), words(run, "obj", "obj_mask"), words(run, "pos", "pos_mask")));
    }

    private static Var last(Tape t, Var x) {
        return Permute.apply(t, x, 0, 2, 3, 1);
    }

    private static Var first(Tape t, Var x) {
        return Permute.apply(t, x, 0, 3, 1, 2);
    }

    /** A configuration whose first stage has the case's sizes. */
    private static FiaNetConfig config(Golden g, int heads, int window) {
        int dim = g.config("dim");
        SwinConfig vision =
                new SwinConfig(dim, List.of(2, 0, 0, 0), List.of(heads, heads, heads, heads), window, 4, 4, 0);
        BertConfig text = new BertConfig(10, g.config("text"), 1, 1, 4, 10, 1, 0, 1e-12);
        return new FiaNetConfig(
                new TrunkConfig(vision, text), 1, FiaNetConfig.Wiring.REFERENCE, FiaNetConfig.Ablation.NONE);
    }

    @ParameterizedTest
    @MethodSource("crossAttentions")
    void crossAttention(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        CrossAttention a = new CrossAttention(g.config("dim"), g.config("text"), g.config("heads"));
        new GoldenModule(g, run).load(a);
        run.output("y", a.forward(run.tape(), run.input("x"), words(run, "words", "mask")));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void contextAlignment(Backend backend) {
        Golden g = Golden.of("align_pwam");
        GoldenRun run = new GoldenRun(g, backend);
        ContextAlignment a = new ContextAlignment(g.config("dim"), g.config("text"), g.config("heads"), 0);
        new GoldenModule(g, run).load(a);
        run.output("y", a.forward(run.tape(), run.input("x"), words(run, "words", "mask")));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void tanhGate(Backend backend) {
        Golden g = Golden.of("align_tanh_gate");
        GoldenRun run = new GoldenRun(g, backend);
        TanhGate gate = new TanhGate(g.config("dim"));
        new GoldenModule(g, run).load(gate);
        run.output("y", Binary.mul(run.tape(), gate.forward(run.tape(), run.input("x")), run.input("x")));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void objectPosition(Backend backend) {
        Golden g = Golden.of("align_opab");
        GoldenRun run = new GoldenRun(g, backend);
        ObjectPositionAlignment block = new ObjectPositionAlignment(
                g.config("dim"), g.config("text"), g.config("heads"), FiaNetConfig.Ablation.NONE);
        new GoldenModule(g, run).load(block);
        run.output(
                "y",
                block.forward(
                        run.tape(),
                        run.input("x"),
                        g.config("H"),
                        words(run, "obj", "obj_mask"),
                        words(run, "pos", "pos_mask")));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void alignment(Backend backend) {
        Golden g = Golden.of("align_fiam");
        GoldenRun run = new GoldenRun(g, backend);
        Stage stage = new Stage(config(g, 1, 4), new ModuleList<>(), g.config("dim"), 1, true);
        new GoldenModule(g, run).load(stage);
        SwinStage.Aligned r = stage.align(run.tape(), run.input("x"), g.config("H"), sentence(run), true);
        run.output("context", r.map());
        run.output("fused", Objects.requireNonNull(r.next()));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("stages")
    void stage(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        int dim = g.config("dim");
        FiaNetConfig c = config(g, g.config("heads"), g.config("window"));
        ModuleList<SwinBlock> blocks = SwinBlocks.of(c.vision(), 0);
        Stage stage = new Stage(c, blocks, dim, 1, name.endsWith("last"));
        new GoldenModule(g, run).load(stage);
        Var x = run.input("x");
        Var grid = Reshape.apply(t, x, x.dim(0), g.config("H"), g.config("W"), dim);
        if (name.endsWith("last")) {
            // The golden case also wants the fused cells of the last stage, which the network itself never needs.
            Var y = SwinBlocks.forward(t, blocks, grid);
            SwinStage.Aligned r =
                    stage.align(t, Reshape.apply(t, y, x.dim(0), -1, dim), g.config("H"), sentence(run), true);
            run.output("context", r.map());
            run.output("next", Objects.requireNonNull(r.next()));
        } else {
            List<Var> r = stage.forward(t, grid, () -> sentence(run));
            run.output("context", Reshape.apply(t, r.getFirst(), x.dim(0), -1, dim));
            run.output("next", Reshape.apply(t, r.getLast(), x.dim(0), -1, 2 * dim));
        }
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("gates")
    void scaleGate(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        ScaleAwareGate gate = new ScaleAwareGate(g.config("dim"));
        new GoldenModule(g, run).load(gate);
        run.output("y", first(t, gate.forward(t, last(t, run.input("local")), last(t, run.input("coarse")))));
        run.backward();
        new GoldenModule(g, run).checkBuffers(gate);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void tmemBlock(Backend backend) {
        Golden g = Golden.of("tmem_block");
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        int channels = g.tensor("in/g").dim(1);
        Tmem.Block block = new Tmem.Block(channels, g.tensor("in/words").dim(1));
        new GoldenModule(g, run).load(block);
        Var grid = last(t, run.input("g"));
        Var y = block.forward(t, Reshape.apply(t, grid, grid.dim(0), -1, channels), words(run, "words", "mask"));
        run.output("y", first(t, Reshape.apply(t, y, grid.shape().dims())));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("tmems")
    void tmem(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        List<Integer> widths = Json.asList(g.config().get("widths"), "widths").stream()
                .map(v -> Json.asInt(v, "widths"))
                .toList();
        Tmem tmem = new Tmem(widths, g.config("text"), g.config("blocks"));
        new GoldenModule(g, run).load(tmem);
        List<Var> maps = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            maps.add(last(t, run.input("map" + i)));
        }
        List<Var> out = tmem.forward(t, maps, new Sentence(List.of(words(run, "words", "mask"))));
        for (int i = 0; i < 4; i++) {
            run.output("map" + i, first(t, out.get(i)));
        }
        run.backward();
        new GoldenModule(g, run).checkBuffers(tmem);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void decoder(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        Decoder decoder = new Decoder(g.config("top"));
        new GoldenModule(g, run).load(decoder);
        List<Var> maps = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            maps.add(last(t, run.input("map" + i)));
        }
        run.output("y", first(t, decoder.forward(t, maps, new Sentence(List.of()))));
        run.backward();
        new GoldenModule(g, run).checkBuffers(decoder);
    }

    public static FiaNetConfig tinyConfig(Golden g) {
        Map<String, Object> v = Json.asObject(g.config().get("vision"), "vision");
        return new FiaNetConfig(
                GoldenNetwork.trunk(g),
                Json.asInt(v.get("tmem_blocks"), "tmem_blocks"),
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
    }

    @Test
    void publishedSizesHaveTheKnownCounts() {
        assertEquals(251_918_706L, new FiaNet(FiaNetConfig.refsegrs()).parameterCount());
        assertEquals(853, new FiaNet(FiaNetConfig.refsegrs()).targets().size());
        assertEquals(772, new FiaNet(FiaNetConfig.refsegrs()).namedParameters().size());
        assertEquals(256_168_626L, new FiaNet(FiaNetConfig.rrsisd()).parameterCount());
        assertEquals(885, new FiaNet(FiaNetConfig.rrsisd()).targets().size());
        assertEquals(804, new FiaNet(FiaNetConfig.rrsisd()).namedParameters().size());
    }

    /** The sentences of one run of the golden model. */
    public static SentenceBatch sentences(StateDict in) {
        return new SentenceBatch(in.get("in/ids"), in.get("in/ctx_mask"), in.get("in/obj_mask"), in.get("in/pos_mask"));
    }
}
