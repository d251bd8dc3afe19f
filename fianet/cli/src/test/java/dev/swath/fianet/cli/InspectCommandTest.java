package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.TinyModel;
import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that writes a page: what stands in it, and what it says of what cannot be done. */
class InspectCommandTest {
    private static final Pattern DATA = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>");

    @TempDir
    Path folder;

    private Path image;
    private Path model;
    private Path page;

    @BeforeEach
    void files() throws IOException {
        image = folder.resolve("a.png");
        ImageIO.write(new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        model = TinyModel.write(folder.resolve("model"));
        page = folder.resolve("page.html");
    }

    private Cli inspect(Object... more) {
        List<Object> args = new ArrayList<>(List.of("inspect", "--image", image, "--weights", model, "--out", page));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    private Map<String, Object> data() throws IOException {
        String html = Files.readString(page);
        assertTrue(html.contains("default-src 'none'"));
        assertFalse(Pattern.compile("(src|href)=\"?http").matcher(html).find(), "nothing is fetched");
        Matcher m = DATA.matcher(html);
        assertTrue(m.find());
        return Json.parseObject(m.group(1));
    }

    private static List<Object> list(Object value) {
        return Json.asList(value, "list");
    }

    private static Map<String, Object> run(Map<String, Object> data, int i) {
        return Json.asObject(list(data.get("runs")).get(i), "run");
    }

    @Test
    void aPageIsWritten() throws IOException {
        Cli done = inspect("--text", "the ship on the left").done();
        assertEquals(page + System.lineSeparator(), done.out());
        Map<String, Object> run = run(data(), 0);
        assertEquals("the ship on the left", run.get("sentence"));
        assertTrue(list(run.get("tensors")).size() > 10);
        assertEquals(11, list(run.get("attention")).size());
        assertTrue(list(run.get("causes")).size() > 5);
        assertTrue(list(run.get("ops")).stream()
                .map(o -> Json.asObject(o, "op"))
                .anyMatch(o -> o.get("name").equals("attention") && o.containsKey("result")));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(3, files.count(), "nothing else is left behind");
        }
    }

    @Test
    void causesAreMadeOrLeftOutWhenAskedFor() throws IOException {
        inspect("--text", "the ship", "--causes").done();
        assertTrue(list(run(data(), 0).get("causes")).size() > 5);
        inspect("--text", "the ship", "--no-causes").done();
        assertEquals(List.of(), run(data(), 0).get("causes"));
        inspect("--text", "the ship", "--causes", "--no-causes").refused(2, "--causes", "--no-causes");
    }

    @Test
    void twoSentencesStandBesideEachOther() throws IOException {
        Cli done = inspect("--text", "the ship on the left", "--compare-text", "the road on the left", "--no-causes")
                .done();
        assertTrue(done.err().contains("the two runs part at 'text_encoder"), done.err());
        Map<String, Object> data = data();
        assertEquals(2, list(data.get("runs")).size());
        assertEquals("the road on the left", run(data, 1).get("sentence"));
        assertEquals(List.of(), run(data, 0).get("causes"));
        assertTrue(list(Json.asObject(data.get("comparison"), "comparison").get("modules"))
                        .size()
                > 50);
    }

    @Test
    void otherImagesAndWeightsToo() throws IOException {
        Path other = folder.resolve("b.png");
        ImageIO.write(new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB), "png", other.toFile());
        inspect("--text", "the ship", "--compare-image", other, "--no-causes").done();
        assertEquals("b.png", run(data(), 1).get("label"));
        Cli same = inspect("--text", "the ship", "--compare-weights", model, "--no-causes")
                .done();
        assertTrue(same.err().contains("no module gives anything else in the second run"), same.err());
    }

    @Test
    void aDumpIsHeldAgainstIt() throws IOException {
        Path dump = folder.resolve("dump.safetensors");
        Safetensors.write(dump, new StateDict().put("classifier", Tensor.zeros(1, 24, 24, 2)), Map.of());
        Cli done = inspect("--text", "the ship", "--reference", dump, "--no-causes")
                .done();
        assertTrue(done.err().contains("'classifier'"), done.err());
        assertEquals(
                "dump.safetensors", Json.asObject(data().get("truth"), "truth").get("file"));
    }

    @Test
    void aTrainingStepIsShown() throws IOException {
        Path mask = folder.resolve("mask.png");
        BufferedImage wanted = new BufferedImage(64, 48, BufferedImage.TYPE_BYTE_GRAY);
        wanted.setRGB(10, 10, 0xffffff);
        ImageIO.write(wanted, "png", mask.toFile());
        inspect("--text", "the ship", "--target", mask, "--no-causes").done();
        Map<String, Object> gradients = Json.asObject(data().get("gradients"), "gradients");
        assertTrue(Json.asDouble(gradients.get("loss"), "loss") > 0);
        assertTrue(list(gradients.get("modules")).size() > 100);
    }

    @Test
    void whatIsAskedForIsKept() throws IOException {
        inspect("--text", "the ship", "--keep", "backbone.layers.?", "--ops", "*tma:attention", "--no-causes")
                .done();
        Map<String, Object> run = run(data(), 0);
        assertEquals(4, list(run.get("tensors")).size());
        List<Object> explained = list(run.get("ops")).stream()
                .map(o -> Json.asObject(o, "op"))
                .filter(o -> o.containsKey("result") && !o.get("name").equals("sigmoid"))
                .map(o -> o.get("key"))
                .toList();
        assertEquals(List.of("backbone.tmem.block.0.tma:attention"), explained);
    }

    @Test
    void wrongInput() throws IOException {
        inspect("--text", "").refused(2, "--text", "at least one word");
        inspect("--text", "ship", "--compare-text", " ").refused(2, "--text", "at least one word");
        inspect("--text", "ship", "--compare-text", "road", "--compare-image", image)
                .refused(2, "--compare-");
        inspect("--text", "ship", "--keep", "no.such").refused(2, "--keep 'no.such' fits no module");
        inspect("--text", "ship", "--ops", "classifier").refused(2, "--ops 'classifier' fits no op");
        inspect("--text", "ship", "--tolerance", "-1").refused(2, "--tolerance must not be negative");
        inspect("--text", "ship", "--tolerance", "x").refused(2, "--tolerance");
        Path none = folder.resolve("none.png");
        Cli.run("inspect", "--image", none, "--weights", model, "--text", "ship", "--out", page)
                .refused(1, none);
        inspect("--text", "ship", "--compare-image", none).refused(1, none);
        inspect("--text", "ship", "--reference", none, "--no-causes").refused(1, none);
        inspect("--text", "ship", "--compare-weights", none, "--no-causes").refused(1, none);
        inspect("--text", "ship", "--target", none, "--no-causes").refused(1, none);
        Path text = Files.writeString(folder.resolve("words.txt"), "no tensors");
        inspect("--text", "ship", "--reference", text, "--no-causes").refused(1, text);
        Path strange = folder.resolve("strange.safetensors");
        Safetensors.write(strange, new StateDict().put("a", Tensor.zeros(2)), Map.of());
        inspect("--text", "ship", "--reference", strange, "--no-causes").refused(1, strange, "names of modules");
        assertFalse(Files.exists(page));
    }

    @Test
    void placesThatCannotBeWritten() {
        Path inside = image.resolve("page.html");
        Cli.run("inspect", "--image", image, "--weights", model, "--text", "ship", "--out", inside)
                .refused(1, inside, "--out");
        Cli.run("inspect", "--image", image, "--weights", model, "--text", "ship", "--out", folder)
                .refused(1, folder, "--out");
        if (Files.exists(Path.of("/dev/full"))) {
            Cli.run(
                            "inspect",
                            "--image",
                            image,
                            "--weights",
                            model,
                            "--text",
                            "ship",
                            "--no-causes",
                            "--out",
                            "/dev/full")
                    .refused(1, "/dev/full", "full");
        }
    }
}
