package dev.swath.fianet.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Hook;
import dev.swath.autograd.Tape;
import dev.swath.fianet.NetworkSummary;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.kernels.MetaBackend;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Summary;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.ModuleCall;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.inspect.PassRecorder;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The modules of a pass of each registered network, at its published size, are those of its checkpoints. */
class PassNamesTest {
    /** Parts that no pass of inference calls, below which nothing is called either: they stand in the checkpoints all the same. */
    private static final Map<String, String> IDLE = Map.of(
            "fianet",
                    "backbone.layers.\\d.object_position_align_blk.go_embedding|backbone.layers.3.(context_tanh_gate|fc1|fc2|object_position_align_blk)",
            "lavt", "backbone.layers.3.res_gate",
            "lgce", "backbone.layers.3.res_gate",
            "rmsin", "backbone.layers.3.(res_gate|visual_gate|visual_residual)",
            "remotesam", "backbone.layers.3.(res_gate|visual_gate|visual_residual)",
            "dlsa",
                    "backbone.layers.\\d.(visual_gate|visual_residual.sgAMC)|backbone.layers.3.(alpha_fc|res_gate|sgAMC|visual_residual)"
                            + "|classifier.(sg_amc\\d?|tg[34])",
            "mafn", "backbone.layers.3.(corr|res_gate|visual_gate|visual_residual)",
            "crossvlt",
                    "backbone.\\d.layers.proj|backbone.3.layers.linear1|lang_stage1.encoder.proj|lang_stage[234].proj");

    static Stream<String> networks() {
        return Networks.all().stream().map(NetworkProvider::name);
    }

    /** A pass on shapes alone. */
    private static void pass(ReferringNetwork network, ModelConfig config, dev.swath.autograd.TapeListener listener) {
        MetaBackend backend = new MetaBackend();
        int side = config.imageSize();
        Tensor image = Tensor.over(backend.allocate(DType.F32, 3L * side * side), Shape.of(1, side, side, 3), 0);
        Tape tape = Tape.inference(Tape.Options.of(backend).withListener(listener));
        network.answer(tape, image, SentenceBatch.blank(1, config.sentenceLength()), Tensor::shape);
    }

    private static Set<String> called(PassRecord record) {
        return record.modules().stream().map(ModuleCall::path).collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyPathIsAModulesNameAndEveryModuleIsReached(String name) {
        ModelConfig config = Networks.named(name).published(DatasetVocabulary.REFSEGRS);
        ReferringNetwork network = config.network().create();
        PassRecorder recorder = new PassRecorder(network, Keep.NOTHING);
        Map<String, Integer> hooked = new HashMap<>();
        List<Hook> hooks = new ArrayList<>();
        network.namedModules()
                .forEach((n, m) -> hooks.add(m.onForward((path, _, results) -> {
                    assertEquals(n, path);
                    hooked.put(path, results.size());
                })));
        pass(network, config, recorder);
        hooks.forEach(Hook::close);
        Map<String, Module> modules = network.namedModules();
        PassRecord record = recorder.record();
        Set<String> called = called(record);

        Set<String> unknown = new TreeSet<>(called);
        unknown.removeAll(modules.keySet());
        assertEquals(Set.of(), unknown, "paths of the pass that are no module's names");
        record.ops().forEach(op -> assertTrue(modules.containsKey(op.path()), op.name()));

        Set<String> idle = new TreeSet<>(modules.keySet());
        idle.removeAll(called);
        String known = "(" + IDLE.getOrDefault(name, "-") + ")(\\..*)?";
        Set<String> unreached = new TreeSet<>(idle);
        unreached.removeIf(m -> m.matches(known));
        assertEquals(Set.of(), unreached, "modules that the pass did not reach");
        called.forEach(m -> assertTrue(!m.matches(known), m + " is called after all"));

        Set<String> own = called.stream()
                .filter(m -> !(modules.get(m) instanceof ModuleList<?>))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(own, new TreeSet<>(hooked.keySet()), "modules whose hooks were called");
        record.modules().stream()
                .filter(m -> own.contains(m.path()))
                .forEach(m -> assertEquals(hooked.get(m.path()), m.results().size(), m.path()));
    }

    /** Networks with parts switched off or others in their places, wired as the paper, with a refiner: as JSON. */
    static Stream<Arguments> variants() {
        Stream<Arguments> ablated = Networks.all().stream().flatMap(n -> n.ablations().stream()
                .flatMap(t -> t.variants().stream())
                .filter(v -> !v.isFull())
                .map(v -> Arguments.of(n.name(), v.keys())));
        return Stream.concat(
                        ablated,
                        Stream.of(
                                Arguments.of("fianet", "{\"wiring\": \"paper\"}"),
                                Arguments.of("fianet", "{\"refiner_channels\": 8}"),
                                Arguments.of("lavt", "{\"refiner_channels\": 8}")))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void everyPathOfAVariantIsAModulesName(String name, String keys) {
        ModelConfig config = ModelConfig.untrained(
                new Fields(Json.parseObject(keys), "variant"),
                Networks.named(name).published(DatasetVocabulary.REFSEGRS));
        ReferringNetwork network = config.network().create();
        PassRecorder recorder = new PassRecorder(network, Keep.NOTHING);
        pass(network, config, recorder);
        Set<String> unknown = called(recorder.record());
        unknown.removeAll(network.namedModules().keySet());
        assertEquals(Set.of(), unknown, "paths of the pass that are no module's names");
        assertTrue(called(recorder.record()).size() > 300);
    }

    /** The operations of a summary's rows add up: nothing is counted under a name that no row has. */
    @ParameterizedTest
    @MethodSource("networks")
    void aSummaryCountsEveryOperation(String name) {
        ModelConfig config = Networks.named(name).published(DatasetVocabulary.REFSEGRS);
        ReferringNetwork network = config.network().create();
        PassRecorder recorder = new PassRecorder(network, Keep.NOTHING);
        pass(network, config, recorder);
        Map<String, Long> flops = new HashMap<>();
        recorder.record().modules().forEach(m -> flops.merge(m.path(), m.flops(), Long::sum));
        Summary summary =
                NetworkSummary.published(name, DatasetVocabulary.REFSEGRS).modules();
        summary.rows().forEach(r -> assertEquals(flops.getOrDefault(r.name(), 0L), r.flops(), r.name()));
        assertEquals(recorder.record().ops().stream().mapToLong(o -> o.flops()).sum(), summary.flops());
        for (Summary.Row r : summary.rows()) {
            boolean layer = Set.of("Linear", "Pointwise", "Conv2d").contains(r.type());
            assertTrue(
                    !layer || !flops.containsKey(r.name()) || r.flops() > 0,
                    r.name() + " has parameters and counts nothing");
        }
    }
}
