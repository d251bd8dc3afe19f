package dev.swath.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.GoldenNetworks;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.testkit.GoldenRun;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every compared network against its golden case on every backend, and its published sizes. */
class WholeNetworksTest {
    private static Stream<Arguments> on(Supplier<Stream<Backend>> backends) {
        return networks().flatMap(n -> backends.get().map(b -> Arguments.of(n, b)));
    }

    static Stream<GoldenNetwork> networks() {
        return GoldenNetworks.all().stream();
    }

    static Stream<Arguments> backends() {
        return on(GoldenRun::backends);
    }

    /** Those whose losses and gradients hold in f32. */
    static Stream<Arguments> single() {
        return backends().filter(a -> a.get()[0] != GoldenNetworks.FIANET_CIM);
    }

    /** What is written where a check of a run fails. */
    static GoldenPage page(GoldenNetwork golden, String run, ReferringNetwork model, Backend backend) {
        return GoldenPage.ofEvaluation(
                golden + "-" + run,
                () -> golden.load(new ScalarBackend()),
                model,
                backend,
                golden.image(),
                golden.sentences());
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("backends")
    void evaluation(GoldenNetwork golden, Backend backend) {
        ReferringNetwork model = golden.load(backend);
        page(golden, "evaluation", model, backend).check(() -> golden.checkEvaluation(model, backend));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("single")
    void training(GoldenNetwork golden, Backend backend) {
        ReferringNetwork model = golden.load(backend);
        page(golden, "training", model, backend)
                .withGradients(golden::trainingLoss, true)
                .check(() -> golden.checkTraining(model, backend));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void trainingInDouble(GoldenNetwork golden) {
        Backend backend = new ScalarBackend();
        ReferringNetwork model = golden.load(backend);
        model.namedParameters().values().forEach(p -> p.setExactly(p.value().to(DType.F64)));
        page(golden, "double", model, backend)
                .withGradients(golden::trainingLoss, true)
                .check(() -> golden.checkTrainingInDouble(model));
    }

    /** Sums in another order than the scalar ones take other steps where norms see but a handful of cells. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void firstSteps(GoldenNetwork golden) {
        golden.curve(
                golden == GoldenNetworks.FIANET_CIM
                        ? List.of()
                        : GoldenRun.processors()
                                .filter(b -> !(b instanceof ScalarBackend))
                                .toList());
    }

    /** Parameters, tensors, entries of the state dict, and tensors of each of the optimizer's groups. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lavt     | {} | 227739514 | 606 | 648 | 136 253 20 160",
                "rmsin    | {} | 240037163 | 870 | 1107 | 136 499 38 160",
                "remotesam| {} | 241590421 | 870 | 1107 | 136 499 38 160",
                "dlsa     | {} | 252778792 | 1106 | 1367 | 136 607 166 160",
                "dlsa     | {\"mixing\": {\"layout\": \"legacy\"}} | 256869249 | 1223 | 1484 | 136 679 211 160",
                "mafn     | {} | 350056899 | 1349 | 1622 | 136 939 77 160",
                "lgce     | {} | 252027770 | 670 | 712 | 148 305 20 160",
                "crossvlt | {} | 236711038 | 651 | 693 | 136 289 20 98 34 34 34",
                "fianet   | {\"multi_scale\": \"cim\"} | 253244232 | 852 | |",
                "fianet   | {\"multi_scale\": \"lgce\"} | 268040242 | 766 | |",
                "fianet   | {\"multi_scale\": \"none\"} | 243751986 | 702 | |"
            })
    void publishedSizes(String name, String keys, long values, int tensors, Integer entries, String groups) {
        ReferringNetwork network = ModelConfig.fromJson(
                        new Fields(Json.parseObject(keys), "the test"),
                        Networks.named(name).published(DatasetVocabulary.REFSEGRS))
                .network()
                .create();
        assertEquals(values, network.parameterCount());
        assertEquals(tensors, network.namedParameters().size());
        if (entries != null) {
            assertEquals(entries, network.stateDict().size());
            List<Integer> sizes =
                    Arrays.stream(groups.split(" ")).map(Integer::valueOf).toList();
            assertEquals(
                    sizes,
                    network.groups(0.01, 10, false).stream()
                            .map(g -> g.parameters().size())
                            .toList());
        }
    }
}
