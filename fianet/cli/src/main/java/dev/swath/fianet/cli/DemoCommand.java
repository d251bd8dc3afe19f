package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.draw.Overlays;
import dev.swath.fianet.draw.Panels;
import dev.swath.fianet.image.RgbImage;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds three things in a bundled scene by the bundled model. */
@Command(
        name = "demo",
        description =
                "Finds three things in a bundled synthetic scene by the bundled model; no download. Writes the scene, a"
                        + " panel with all three answers (demo.png), and the files of 'segment' for each.",
        footer = {"", "Example:", "  swath demo --out /tmp/demo"})
final class DemoCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Option(
            names = "--out",
            defaultValue = "swath-out",
            paramLabel = "DIR",
            description = "Where to write (default: ${DEFAULT-VALUE}).")
    Path out;

    @Override
    public Integer call() {
        Outputs.requireFolder(out);
        RgbImage scene = Demo.scene();
        var stdout = spec.commandLine().getOut();
        var stderr = spec.commandLine().getErr();
        try (Parallelism threads = run.parallelism();
                ReferringSegmenter segmenter = Segmenters.openBundled(ReferringSegmenter.Options.defaults()
                        .withDevice(run.device)
                        .withPrecision(run.precision())
                        .withParallelism(threads))) {
            Path folder = Outputs.created(out);
            Path image = folder.resolve("scene.png");
            Overlays.writeOverlay(image, scene, new boolean[scene.width() * scene.height()]);
            stdout.println(image);
            List<SegmentationResult> results = new ArrayList<>();
            for (int i = 0; i < Demo.SENTENCES.size(); i++) {
                String sentence = Demo.SENTENCES.get(i);
                SegmentationResult result = segmenter.segment(scene, sentence);
                results.add(result);
                Map<String, Object> more = new LinkedHashMap<>();
                more.put("backend", segmenter.backend().name());
                Outputs.write(folder, (i + 1) + "-", scene, result, sentence, more)
                        .forEach(stdout::println);
                stderr.println(Outputs.sentence(
                        "the scene", sentence, result, segmenter.backend().name()));
            }
            Path panel = folder.resolve("demo.png");
            Panels.writeAnswers(
                    panel, scene, results.stream().map(SegmentationResult::mask).toList(), Demo.SENTENCES);
            stdout.println(panel);
            stdout.flush();
        }
        StartArchive.keep();
        return 0;
    }
}
