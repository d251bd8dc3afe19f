package dev.swath.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Roll;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.swin.PatchEmbed;
import dev.swath.nn.swin.PatchMerging;
import dev.swath.nn.swin.SwinBlock;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.nn.swin.WindowAttention;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.LoadReport;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenNetworksTest {
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static Stream<Arguments> on(String... names) {
        return Stream.of(names).flatMap(n -> backends().map(b -> Arguments.of(n, b)));
    }

    static Stream<Arguments> blocks() {
        return on(
                "swin_block_plain",
                "swin_block_shifted",
                "swin_block_padded",
                "swin_block_shifted_padded",
                "swin_block_smaller_than_window");
    }

    static Stream<Arguments> embeds() {
        return on("swin_patch_embed_exact", "swin_patch_embed_padded");
    }

    static Stream<Arguments> merges() {
        return on("swin_patch_merge_even", "swin_patch_merge_odd");
    }

    static Stream<Arguments> windowAttentions() {
        return on("swin_window_attention_plain", "swin_window_attention_masked");
    }

    static Stream<Arguments> berts() {
        return on("bert_encoder", "bert_all_masked");
    }

    static Stream<Arguments> batchNorms() {
        return on("op_batch_norm_train", "op_batch_norm_eval");
    }

    private static void load(Golden golden, GoldenRun run, Module module) {
        StateDict given = golden.under("param/");
        LoadReport.load(given, module.targets(), module.sink(null)).requireComplete(golden.name());
        module.to(run.tape().backend());
        run.watch(module.namedParameters());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void swinBlock(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        int dim = g.config("dim");
        SwinBlock block =
                new SwinBlock(dim, g.config("heads"), g.config("window"), g.config("shift"), g.config("mlp_ratio"), 0);
        load(g, run, block);
        Var x = run.input("x");
        Var y = block.forward(t, Reshape.apply(t, x, x.dim(0), g.config("H"), g.config("W"), dim));
        run.output("y", Reshape.apply(t, y, x.dim(0), -1, dim));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("embeds")
    void patchEmbed(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        PatchEmbed embed = new PatchEmbed(g.config("patch"), g.config("dim"));
        load(g, run, embed);
        Var y = embed.forward(t, Permute.apply(t, run.input("image"), 0, 2, 3, 1));
        run.output("y", Reshape.apply(t, y, y.dim(0), -1, y.dim(3)));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("merges")
    void patchMerging(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        int dim = g.config("dim");
        PatchMerging merge = new PatchMerging(dim);
        load(g, run, merge);
        Var x = run.input("x");
        Var y = merge.forward(t, Reshape.apply(t, x, x.dim(0), g.config("H"), g.config("W"), dim));
        run.output("y", Reshape.apply(t, y, y.dim(0), -1, 2 * dim));
        run.backward();
    }

    /** The golden input is cut into windows already: it is laid back into a grid of windows, rolled if there is a mask. */
    @ParameterizedTest
    @MethodSource("windowAttentions")
    void windowAttention(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        int w = g.config("window");
        int dim = g.config("dim");
        boolean masked = name.endsWith("masked");
        int rows = masked ? 2 : 1;
        int columns = masked ? 3 : 1;
        int shift = masked ? w / 2 : 0;
        WindowAttention attention = new WindowAttention(dim, g.config("heads"), w);
        load(g, run, attention);
        Var x = run.input("x");
        int batch = x.dim(0) / (rows * columns);
        Var grid = Permute.apply(t, Reshape.apply(t, x, batch, rows, columns, w, w, dim), 0, 1, 3, 2, 4, 5);
        grid = Roll.apply(t, Reshape.apply(t, grid, batch, rows * w, columns * w, dim), shift, shift);
        Var y = Roll.apply(t, attention.forward(t, grid, shift, null), -shift, -shift);
        y = Permute.apply(t, Reshape.apply(t, y, batch, rows, w, columns, w, dim), 0, 1, 3, 2, 4, 5);
        run.output("y", Reshape.apply(t, y, x.dim(0), w * w, dim));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void swinFull(Backend backend) {
        Golden g = Golden.of("swin_full");
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        SwinConfig config = new SwinConfig(
                g.config("embed_dim"),
                integers(g, "depths"),
                integers(g, "heads"),
                g.config("window"),
                g.config("patch"),
                g.config("mlp_ratio"),
                0);
        SwinTransformer swin = new SwinTransformer(config);
        load(g, run, swin);
        List<Var> stages = swin.forward(t, Permute.apply(t, run.input("image"), 0, 2, 3, 1));
        for (int i = 0; i < stages.size(); i++) {
            Var y = stages.get(i);
            run.output("stage" + i, Reshape.apply(t, y, y.dim(0), -1, y.dim(3)));
        }
        run.backward();
    }

    private static List<Integer> integers(Golden g, String key) {
        return Json.asList(g.config().get(key), key).stream()
                .map(v -> Json.asInt(v, key))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("berts")
    void bert(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        BertConfig config = new BertConfig(
                g.config("vocab"),
                g.config("hidden"),
                g.config("layers"),
                g.config("heads"),
                g.config("intermediate"),
                g.config("positions"),
                g.config("types"),
                0,
                1e-12);
        BertEncoder encoder = new BertEncoder(config);
        load(g, run, encoder);
        run.output(
                "y",
                encoder.forward(
                        run.tape(),
                        run.tape().indices(run.rawInput("ids"), config.vocabulary()),
                        run.tape().constant(run.rawInput("mask").to(DType.F32))));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("batchNorms")
    void batchNorm(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        BatchNorm norm = new BatchNorm(5);
        load(g, run, norm);
        run.output("y", Permute.apply(t, norm.forward(t, Permute.apply(t, run.input("x"), 0, 2, 3, 1)), 0, 3, 1, 2));
        run.backward();
        norm.namedBuffers()
                .forEach((n, b) -> Golden.assertClose(n, g.tensor("after/" + n), b.value(), g.tolerance("out")));
    }

    private static Tensor index(int window) {
        return new WindowAttention(4, 2, window)
                .namedBuffers()
                .get("relative_position_index")
                .value();
    }

    @Test
    void indexTables() {
        Golden g = Golden.of("swin_tables");
        for (int window : new int[] {2, 4, 7}) {
            assertArrayEquals(
                    g.tensor("out/relative_index_w" + window).toLongArray(),
                    index(window).toLongArray());
        }
        for (int row : new int[] {0, 77}) {
            assertArrayEquals(
                    g.tensor("out/relative_index_w12_row" + row).toLongArray(),
                    index(12).select(0, row).toLongArray());
        }
    }
}
