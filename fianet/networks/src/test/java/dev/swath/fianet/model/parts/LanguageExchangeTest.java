package dev.swath.fianet.model.parts;

import static org.junit.jupiter.api.Assertions.assertSame;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Permute;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.LoadReport;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LanguageExchangeTest {
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void exchangesAsTheGoldenCase(Backend backend) {
        Golden g = Golden.of("lgce_exchange");
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        List<Integer> widths = Json.asList(g.config().get("widths"), "widths").stream()
                .map(w -> Json.asInt(w, "widths"))
                .toList();
        LanguageExchange exchange = new LanguageExchange(
                widths.get(0), widths.get(1), g.config("text"), g.config("head"), g.config("ratio"));
        LoadReport.load(g.under("param/"), exchange.targets(), exchange.sink(null))
                .requireComplete(g.name());
        exchange.to(backend);
        run.watch(exchange.namedParameters());
        Words words = new Words(
                Permute.apply(t, run.input("words"), 0, 2, 1),
                t.constant(run.rawInput("mask").to(DType.F32)));
        List<Var> maps = Stream.of("map2", "map3")
                .map(m -> Permute.apply(t, run.input(m), 0, 2, 3, 1))
                .toList();
        List<Var> out = exchange.forward(t, maps, new Sentence(List.of(words)));
        for (int i = 0; i < 2; i++) {
            run.output("map" + (i + 2), Permute.apply(t, out.get(i), 0, 3, 1, 2));
        }
        run.backward();
    }

    @Test
    void finerMapsPassAndASentenceWithoutAWordIsNoNan() {
        LanguageExchange exchange = new LanguageExchange(8, 16, 4, LanguageExchange.HEAD, 4);
        exchange.initialise(new RandomSource(3));
        Tape t = Tape.inference(Tape.Options.of(Backends.cpu()));
        Var fine = Var.constant(Tensor.zeros(1, 8, 8, 4));
        Words none = new Words(Var.constant(Tensor.zeros(1, 3, 4)), Var.constant(Tensor.zeros(1, 3)));
        List<Var> out = exchange.forward(
                t,
                List.of(fine, Var.constant(Tensor.zeros(1, 3, 4, 8)), Var.constant(Tensor.zeros(1, 2, 2, 16))),
                new Sentence(List.of(none)));
        assertSame(fine, out.getFirst());
        Golden.assertClose("finer", Tensor.zeros(1, 3, 4, 8), out.get(1).value(), 1);
        Golden.assertClose("coarser", Tensor.zeros(1, 2, 2, 16), out.get(2).value(), 1);
    }
}
