package dev.swath.fianet.cli;

import com.google.common.collect.ImmutableMap;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.image.RgbImage;
import dev.swath.kernels.Parallelism;
import dev.swath.weights.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the whole pipeline on a bundled scene. */
@Command(
        name = "demo",
        description =
                "Segments a bundled scene by a small bundled network; no download. The network is not trained yet, so its mask means nothing.",
        footer = {"", "Example:", "  swath demo --out /tmp/demo"})
final class DemoCommand implements Callable<Integer> {
    private static final String SENTENCE = "vehicle on the road in the middle";

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
    public Integer call() throws IOException {
        Path folder = Outputs.folder(out);
        RgbImage scene = Demo.scene();
        try (Parallelism threads = run.parallelism();
                ReferringSegmenter segmenter = ReferringSegmenter.untrained(
                        Demo.config(),
                        Demo.vocabulary(),
                        Demo.SIZE,
                        Demo.SEED,
                        ReferringSegmenter.Options.defaults()
                                .withDevice(run.device)
                                .withParallelism(threads))) {
            SegmentationResult result = segmenter.segment(scene, SENTENCE);
            var stdout = spec.commandLine().getOut();
            Path image = folder.resolve("scene.png");
            AtomicFile.write(image, png(scene));
            stdout.println(image);
            Outputs.write(
                            folder,
                            "",
                            scene,
                            result,
                            SENTENCE,
                            ImmutableMap.of(
                                    "trained",
                                    false,
                                    "backend",
                                    segmenter.backend().name()))
                    .forEach(stdout::println);
            stdout.flush();
        }
        spec.commandLine()
                .getErr()
                .println("swath: the demo ran the whole pipeline on \"" + SENTENCE
                        + "\", but its small network is not trained: the mask shows random weights, not the vehicle.");
        return 0;
    }

    private static byte[] png(RgbImage image) throws IOException {
        BufferedImage out = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_3BYTE_BGR);
        out.getRaster().setDataElements(0, 0, image.width(), image.height(), image.rgb());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(out, "png", bytes);
        return bytes.toByteArray();
    }
}
