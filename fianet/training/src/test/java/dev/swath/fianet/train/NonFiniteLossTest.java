package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.data.SampleEncoder;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.PosTagger;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.Parameter;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.tensor.Tensor;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** On the processor a loss that is no finite number is seen before the optimizer changes anything. */
class NonFiniteLossTest {
    private static final NetworkTrainer.Saver NOBODY = new NetworkTrainer.Saver() {
        @Override
        public String last(RunState state) {
            return "";
        }

        @Override
        public void best(RunState state) {}
    };

    private static Map<String, float[]> values(ReferringNetwork network) {
        Map<String, float[]> out = new LinkedHashMap<>();
        for (ParameterGroup group : network.groups(0.01, 1, true)) {
            group.parameters()
                    .forEach((name, p) -> out.put(name, p.value().toFloatArray().clone()));
        }
        return out;
    }

    private static double step(ReferringNetwork network) {
        TrainingConfig config = TinyRun.config("{\"optimizer\": {\"clip\": 1.0}}");
        RunState state =
                new RunState(0, false, 1, 0, RunState.NO_BEST, 0, Map.of(), Map.of(), Map.of(), config, Map.of());
        ExpressionParser parser = new ExpressionParser(
                new WordPieceTokenizer(Vocabulary.of(TinyRun.PIECES)),
                PosTagger.installed(),
                config.model().dataset(),
                config.model().sentenceLength(),
                ExpressionParser.Mode.REFERENCE);
        try (NetworkTrainer trainer = new NetworkTrainer(
                network,
                TinyRun.data(),
                new SampleEncoder(parser, Preprocessor.imageNet(config.model().imageSize())),
                Backends.cpu(),
                Parallelism.single(),
                1,
                state,
                NOBODY)) {
            return trainer.step(0).loss();
        }
    }

    @Test
    void theWeightsStayAsTheyWere() {
        ReferringNetwork network = TinyRun.config("{}").model().network().create();
        network.initialise(new RandomSource(1));
        Map<String, float[]> first = values(network);
        assertTrue(Double.isFinite(step(network)));
        Map<String, float[]> second = values(network);
        assertTrue(
                first.keySet().stream().anyMatch(name -> !Arrays.equals(first.get(name), second.get(name))),
                "a sound step changes weights");
        List<ParameterGroup> groups = network.groups(0.01, 1, true);
        Parameter any = groups.getFirst().parameters().values().iterator().next();
        Tensor nan = Tensor.zeros(any.dtype(), any.shape());
        nan.set(Double.NaN, new int[any.shape().rank()]);
        any.value().copyFrom(nan);
        Map<String, float[]> before = values(network);
        assertFalse(Double.isFinite(step(network)));
        Map<String, float[]> after = values(network);
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, value) -> assertArrayEquals(value, after.get(name), name));
    }
}
