package dev.swath.fianet.inspect.page;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.inspect.Comparison;
import dev.swath.fianet.inspect.Inspection;
import dev.swath.fianet.inspect.InspectionOptions;
import dev.swath.fianet.inspect.Interventions;
import dev.swath.nn.inspect.Keep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The figures of {@code docs/inspecting.md}: all five can be made from the bundled model and the demo's scene, and with {@code
 * -Dswath.figures=write} they are made anew.
 */
class ChapterTest {
    private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
    private static final Path FIGURES = HOME.resolve("docs/inspecting");
    private static final Path SCENE = HOME.resolve("fianet/cli/src/main/resources/dev/swath/fianet/cli/scene.png");
    private static final String SENTENCE = "The stadium on the upper right";
    private static final int WARM = 6;
    private static final String OTHER = "The stadium on the lower left";

    /** Name of the figure's file, the place in the page, and what of it is pictured. */
    private record Pictured(String name, String place, String selector) {}

    private static final List<Pictured> PICTURED = List.of(
            new Pictured("way", "way", "ol.way"),
            new Pictured("word", "words", "main > .figure"),
            new Pictured("pixel", "words", ".side > div:nth-child(2) .figure"),
            new Pictured("causes", "causes", ".side"),
            new Pictured("two", "compare/backbone.tmem", "main > .figure:nth-of-type(2)"));

    @TempDir
    Path folder;

    @Test
    void theFiguresCanBeMade() throws IOException {
        try (Browser browser = Browser.start();
                ReferringSegmenter segmenter = ReferringSegmenter.bundled()) {
            Path page = page(segmenter);
            browser.size(1240, 1000, false);
            browser.open(page);
            browser.evaluate("inspection.all().then(() => true)");
            for (Pictured p : PICTURED) {
                browser.go(p.place);
                byte[] png = browser.screenshot(p.selector);
                assertTrue(png.length > 5000, p.name + " has " + png.length + " bytes");
                Path file = FIGURES.resolve(p.name + ".png");
                if ("write".equals(System.getProperty("swath.figures"))) {
                    Files.write(file, png);
                }
                assertTrue(Files.size(file) > 5000, file.toString());
            }
            browser.requireQuiet();
        }
    }

    private Path page(ReferringSegmenter segmenter) {
        RgbImage scene = Images.read(SCENE);
        for (int i = 0; i < WARM; i++) {
            segmenter.segment(scene, SENTENCE); // the times are shown
        }
        // Compared is what the first run kept; the page shows the means of it.
        InspectionOptions all = InspectionOptions.defaults().withKeep(Keep.modules("*"));
        Inspection inspection = Inspection.of(segmenter, scene, SENTENCE, all);
        Path file = folder.resolve("page.html");
        new PageWriter(inspection)
                .showing(Keep.NOTHING)
                .withEffects(Interventions.each(inspection, Interventions.standard(inspection)))
                .withComparison(
                        Comparison.of(inspection, segmenter, scene, OTHER, InspectionOptions.defaults()),
                        "upper right",
                        "lower left")
                .write(file);
        return file;
    }
}
