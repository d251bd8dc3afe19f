package dev.swath.golden;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.testkit.GoldenRun;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** FIANet at tiny size against its golden values, of three sizes of images, one of them in training mode. */
class WholeFiaNetTest {
    static Stream<Arguments> runs() {
        return FiaNetRun.names().flatMap(r -> GoldenRun.backends().map(b -> Arguments.of(r, b)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void logits(String name, Backend backend) {
        FiaNetRun run = FiaNetRun.of(name);
        ReferringNetwork model = run.load(backend);
        Tape.Options options = Tape.Options.of(backend).withParallelism(Parallelism.single());
        GoldenPage page = run.page("logits", model, backend);
        (run.train() ? page.withGradients(run::loss, true) : page).check(() -> {
            Tape tape = Tape.inference(run.train() ? options.withTraining(new RandomSource(1)) : options);
            SentenceInput in = run.sentences().upload(tape, model);
            run.checkLogits(name + " on " + backend.name(), model.forward(tape, tape.constant(run.image()), in));
            run.checkStatistics(model, run.tolerance("out"));
        });
    }
}
