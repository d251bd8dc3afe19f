package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.kernels.Backend;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.inspect.Beside;
import dev.swath.nn.inspect.Deviation;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.PassRecorder;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where a network goes wrong whose golden values are not met: each module against a pass in double precision with the case's weights. */
public final class GoldenReport {
    /** What single precision may be off by inside of a network, where instance norms over few cells cancel. */
    private static final double TOLERANCE = 1e-3;

    private GoldenReport() {}

    /**
     * Writes {@code target/golden/NAME-BACKEND.txt}.
     *
     * @param truth with the case's own weights, which are made f64
     * @return a sentence: the first module that goes wrong, and the file
     */
    public static String write(
            String name,
            ReferringNetwork truth,
            ReferringNetwork model,
            Backend backend,
            Tensor image,
            SentenceBatch sentences) {
        truth.namedParameters().values().forEach(p -> p.setExactly(p.value().to(DType.F64)));
        PassRecorder right = new PassRecorder(truth, Keep.modules("*"));
        pass(truth, new ScalarBackend(), DType.F64, right, image, sentences);
        Map<String, Tensor> wanted = right.record().tensors();
        Beside beside = new Beside(wanted);
        pass(model, backend, DType.F32, new PassRecorder(model, Keep.NOTHING, beside), image, sentences);
        String verdict = beside.first(TOLERANCE)
                .map(d -> "'" + d.name() + "' is the first module that differs from a pass in f64, by " + d.relative())
                .orElse("no module differs from a pass in f64 with the case's weights by more than " + TOLERANCE);
        List<String> lines = new ArrayList<>(List.of(name + " on " + backend.name() + ": " + verdict, ""));
        for (Deviation d : beside.found()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s %-90s %-20s relative %.3e  norm %.3e",
                    d.isWithin(TOLERANCE) ? " " : "!",
                    d.name().isEmpty() ? "(the network)" : d.name(),
                    d.shape(),
                    d.relative(),
                    d.norm()));
        }
        try {
            Path file = Files.createDirectories(Path.of("target/golden")).resolve(name + "-" + backend.name() + ".txt");
            Files.write(file, lines);
            return verdict + "; all modules stand in " + file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pass(
            ReferringNetwork network,
            Backend backend,
            DType type,
            PassRecorder recorder,
            Tensor image,
            SentenceBatch sentences) {
        try (Tape tape = Tape.inference(Tape.Options.of(backend).withListener(recorder))) {
            SentenceInput in = sentences.upload(tape, network);
            SentenceInput typed = new SentenceInput(
                    in.ids(),
                    Cast.apply(tape, in.masks(), type),
                    in.each().stream().map(m -> Cast.apply(tape, m, type)).toList());
            Var there = Cast.apply(tape, tape.constant(image), type);
            network.forward(tape, there, typed);
        }
    }
}
