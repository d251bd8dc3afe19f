package dev.swath.fianet.inspect.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.TrainableModel;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.inspect.Branch;
import dev.swath.fianet.inspect.Comparison;
import dev.swath.fianet.inspect.Effect;
import dev.swath.fianet.inspect.GradientInspection;
import dev.swath.fianet.inspect.Inspection;
import dev.swath.fianet.inspect.InspectionOptions;
import dev.swath.fianet.inspect.Intervention;
import dev.swath.fianet.inspect.Interventions;
import dev.swath.fianet.inspect.Reference;
import dev.swath.fianet.inspect.WordAttention;
import dev.swath.files.json.Json;
import dev.swath.nn.inspect.Explain;
import dev.swath.nn.inspect.Explanation;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.OpRecord;
import dev.swath.nn.inspect.Statistics;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of the bundled model in a real browser: it opens and stays quiet, its figures answer, and its numbers are those of Java. */
class PageTest {
    private static final String SENTENCE = "The stadium on the upper right";
    private static final String OTHER = "The stadium on the lower left";
    private static final String KEPT = "backbone.layers.1";
    private static final String SPOILT = "backbone.layers.2.context_tanh_gate";
    private static final long MOST_BYTES = 20_000_000;

    @TempDir
    static Path folder;

    private static Path file;
    private static Inspection inspection;
    private static List<Effect> effects;
    private static Comparison comparison;
    private static GradientInspection gradients;
    private static ReferringSegmenter segmenter;
    private static Browser browser;

    @BeforeAll
    static void write() {
        browser = Browser.start();
        segmenter = ReferringSegmenter.bundled();
        RgbImage scene = scene();
        int pieces = segmenter.parse(SENTENCE).encoding().ids().length;
        Keep shown = Standard.of(segmenter, Inspection.plan(segmenter, pieces, InspectionOptions.defaults()), 2);
        InspectionOptions all = InspectionOptions.defaults().withKeep(shown.and(Keep.modules("*")));
        inspection = Inspection.of(segmenter, scene, SENTENCE, all);
        effects = Interventions.each(inspection, Interventions.standard(inspection));
        comparison = Comparison.of(
                inspection,
                segmenter,
                scene,
                OTHER,
                InspectionOptions.defaults().withKeep(shown));
        TrainableModel model = TrainableModel.bundled(ReferringSegmenter.Options.defaults());
        gradients = GradientInspection.of(
                model.network(),
                segmenter.backend(),
                model.preprocessor().apply(scene),
                model.sentence(SENTENCE),
                GradientInspection.target(
                        inspection.mask(),
                        scene.width(),
                        scene.height(),
                        model.preprocessor().size()),
                SegmentationLoss.published(),
                1);
        Path dump = folder.resolve("dump.safetensors");
        StateDict dumped = new StateDict();
        inspection.record().tensors().forEach((name, tensor) -> dumped.put(name, spoilt(name, tensor)));
        Safetensors.write(dump, dumped, Map.of());
        file = folder.resolve("page.html");
        new PageWriter(inspection)
                .showing(shown)
                .withEffects(effects)
                .withComparison(comparison, "upper right", "lower left")
                .withGradients(gradients)
                .withReference(Reference.compare(inspection, dump, 1e-5), "dump.safetensors")
                .write(file);
    }

    /** From one module of the pass on, what a program with a mistake there would have dumped. */
    private static Tensor spoilt(String name, Tensor tensor) {
        if (!name.equals(SPOILT) && !name.startsWith("classifier")) {
            return tensor;
        }
        float[] values = tensor.toFloatArray();
        values[values.length / 2] += 1;
        return Tensor.of(values, tensor.shape().dims());
    }

    private static RgbImage scene() {
        BufferedImage image = new BufferedImage(240, 240, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(80, 130, 70));
        g.fillRect(0, 0, 240, 240);
        g.setColor(new Color(150, 150, 150));
        g.fillRect(0, 0, 120, 90);
        for (int[] at : new int[][] {{160, 20}, {20, 160}}) {
            g.setColor(new Color(110, 110, 120));
            g.fillOval(at[0], at[1], 64, 56);
            g.setColor(new Color(90, 190, 80));
            g.fillRect(at[0] + 18, at[1] + 16, 28, 24);
        }
        g.dispose();
        return Images.of(image);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
        if (segmenter != null) {
            segmenter.close();
        }
    }

    @AfterEach
    void staysQuiet() {
        browser.size(1280, 900, false);
        browser.requireQuiet();
    }

    /** Goes to a place of the page, which is loaded for the first: it is some 20 MB. */
    private static void open(String place) {
        if (browser.isAt(file)) {
            browser.go(place);
        } else {
            browser.open(file.toUri() + "#" + place);
            browser.settle();
        }
    }

    private static String tip() {
        return browser.text("document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent");
    }

    /** A number that changes when what is drawn changes. */
    private static double drawn(String canvas) {
        browser.settle();
        return browser.number("""
                (c => {
                  const copy = Object.assign(document.createElement('canvas'), {width: c.width, height: c.height});
                  const context = copy.getContext('2d', {willReadFrequently: true});
                  context.drawImage(c, 0, 0);
                  let sum = 7;
                  for (const byte of context.getImageData(0, 0, c.width, c.height).data) {
                    sum = (sum * 31 + byte) %% 1000000007;
                  }
                  return sum;
                })(document.querySelector('%s'))""".formatted(canvas));
    }

    private static final List<String> VIEWS =
            List.of("way", "words", "tensors", "products", "compare", "causes", "truth", "gradients");

    @Test
    void everyViewOpensAtEverySize() throws IOException {
        assertTrue(Files.size(file) < MOST_BYTES, Files.size(file) + " bytes");
        for (int[] size : new int[][] {{400, 800}, {1280, 900}, {3840, 800}}) {
            browser.size(size[0], size[1], size[0] == 400);
            browser.open(file);
            for (String view : VIEWS) {
                browser.go(view);
                assertEquals(view, browser.text("document.getElementById('main').dataset.view"));
                assertFalse(
                        browser.text("document.getElementById('main').innerText")
                                .contains("undefined"),
                        view);
                double wide = browser.number("document.documentElement.scrollWidth");
                assertTrue(wide <= size[0], view + " is " + wide + " wide at " + size[0]);
                browser.requireQuiet();
            }
        }
    }

    @Test
    void tensorsAreThoseOfThePass() {
        open("tensors");
        List<Object> names = Json.asList(browser.evaluate("inspection.runs[0].tensors.map(t => t.path)"), "names");
        assertTrue(names.size() > 20, names.size() + " tensors");
        browser.evaluate("""
                window.sumOf = async path => {
                  const values = await inspection.load(inspection.runs[0].tensorByPath.get(path).blob);
                  let crc = 0xffffffff;
                  for (const byte of new Uint8Array(values.buffer)) {
                    crc ^= byte;
                    for (let k = 0; k < 8; k++) {
                      crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
                    }
                  }
                  return (crc ^ 0xffffffff) >>> 0;
                }""");
        for (Object name : names) {
            CRC32 crc = new CRC32();
            crc.update(bytes(inspection.tensor(String.valueOf(name))));
            assertEquals(crc.getValue(), browser.number("sumOf('" + name + "')"), String.valueOf(name));
        }
    }

    private static byte[] bytes(Tensor tensor) {
        float[] values = tensor.toFloatArray();
        ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asFloatBuffer().put(values);
        return out.array();
    }

    @Test
    void aTensorIsShownWithItsNumbers() throws IOException {
        open("tensors/" + KEPT + "/3");
        Statistics s = inspection.results().get(KEPT).statistics();
        String said = browser.text("document.getElementById('main').innerText");
        assertTrue(said.contains(Float.toString((float) s.min())), said);
        assertTrue(said.contains(Float.toString((float) s.max())), said);
        Tensor t = inspection.tensor(KEPT);
        browser.waitFor("document.querySelector('.side canvas').width > 300");
        browser.evaluate("inspection.load(inspection.runs[0].tensorByPath.get('" + KEPT + "').blob).then(() => true)");
        double wide = browser.number("document.querySelector('.side canvas').clientWidth");
        double high = browser.number("document.querySelector('.side canvas').clientHeight");
        double side = Math.min(wide, 560);
        int row = 5;
        int col = 17;
        browser.point(".side canvas", side * (col + 0.5) / t.dim(2) / wide, side * (row + 0.5) / t.dim(2) / high);
        assertTrue(tip().startsWith("channel 3, row 5, column 17"), tip());
        assertEquals(
                t.get(0, row, col, 3),
                Float.parseFloat(tip().lines().skip(1).findFirst().orElseThrow()));

        Path npy = browser.download(".bar button");
        byte[] saved = Files.readAllBytes(npy);
        int header = ByteBuffer.wrap(saved, 8, 2).order(ByteOrder.LITTLE_ENDIAN).getShort();
        assertEquals(0, (10 + header) % 64);
        assertTrue(new String(saved, 10, header, StandardCharsets.US_ASCII).contains("'shape': (1, 24, 24, 64)"));
        assertArrayEquals(bytes(t), Arrays.copyOfRange(saved, 10 + header, saved.length));
    }

    @Test
    void figuresAreSavedWithTheirCaptions() throws IOException {
        open("words");
        browser.waitFor("document.querySelector('.figure canvas').height > 200");
        String svg = Files.readString(browser.download(".figure .tools button:nth-of-type(2)"));
        assertTrue(
                svg.startsWith("<svg xmlns") && svg.contains("<desc>") && svg.contains("Point at a pixel"),
                svg.substring(0, 300));
        BufferedImage png = ImageIO.read(
                browser.download(".figure .tools button:nth-of-type(1)").toFile());
        assertTrue(png.getWidth() >= 720 && png.getHeight() > 300, png.getWidth() + " x " + png.getHeight());
    }

    @Test
    void aWordShowsWhereItIsAttendedTo() {
        open("words/2/" + "stage%203" + "/context/140,40");
        browser.evaluate(
                "Promise.all(inspection.runs[0].attention.map(a => inspection.load(a.blob))).then(() => true)");
        String maps = "main > .figure canvas";
        double before = drawn(maps);
        browser.point(".words button:nth-child(6)", 0.5, 0.5);
        assertNotEquals(before, drawn(maps), "a word under the pointer is shown");
        browser.click(".words button:nth-child(5)");
        assertTrue(browser.text("location.hash").startsWith("#words/4/"), browser.text("location.hash"));
        assertEquals(
                "true",
                browser.text("document.querySelector('.words button:nth-child(5)').getAttribute('aria-pressed')"));
    }

    @Test
    void aPixelShowsItsWords() {
        open("words/2/" + "stage%203" + "/context");
        browser.evaluate(
                "Promise.all(inspection.runs[0].attention.map(a => inspection.load(a.blob))).then(() => true)");
        String bars = ".side > div:nth-child(2) canvas";
        double before = drawn(bars);
        browser.point(".side canvas", 0.1, 0.8);
        assertNotEquals(before, drawn(bars), "the bars follow the pointer");
        // The first map of the table is that of stage 1's whole sentence: its words say the weight itself.
        WordAttention a = inspection.wordAttention(1, Branch.CONTEXT).orElseThrow();
        double wide = browser.number("document.querySelector('main > .figure canvas').clientWidth");
        double high = browser.number("document.querySelector('main > .figure canvas').clientHeight");
        browser.point("main > .figure canvas", 130 / wide, 60 / high);
        Matcher m = Pattern.compile("stage 1, whole sentence, row (\\d+), column (\\d+)\\sweight (\\S+)")
                .matcher(tip());
        assertTrue(m.find(), tip());
        int cell = Integer.parseInt(m.group(1)) * a.width() + Integer.parseInt(m.group(2));
        assertEquals(a.weights().get(0, cell, 2), Float.parseFloat(m.group(3)));
    }

    @Test
    void theStageIsChosen() {
        open("words/2/" + "stage%203" + "/context/140,40");
        browser.evaluate("inspection.all().then(() => true)");
        String bars = ".side > div:nth-child(2) canvas";
        double before = drawn(bars);
        browser.evaluate("(s => { s.value = 'stage 1'; s.dispatchEvent(new Event('change')); })"
                + "(document.querySelector('.bar select'))");
        browser.waitFor("location.hash.includes('/stage%201/')");
        assertNotEquals(before, drawn(bars), "the bars are of that stage");
    }

    @Test
    void theWayGoesDownByPressesAndKeys() {
        open("way");
        browser.click("[data-key='card-backbone']");
        browser.waitFor("location.hash === '#way/backbone'");
        browser.click("[data-key='card-backbone.layers']");
        browser.click("[data-key='card-backbone.layers.2']");
        browser.waitFor("location.hash === '#way/backbone.layers.2'");
        assertTrue(browser.text("document.getElementById('main').innerText").contains("context_pixel_attn"));
        browser.key("2");
        browser.waitFor("document.getElementById('main').dataset.view === 'words'");
        browser.evaluate("document.querySelector('.figure canvas').focus()");
        browser.key("ArrowRight");
        assertTrue(tip().startsWith("pixel "), tip());
        // Every module of the checkpoint has a place.
        double named = browser.number("inspection.runs[0].modules.length");
        assertTrue(named >= segmenter.network().namedModules().size(), named + " modules");
    }

    @Test
    void productsAreThoseOfJava() {
        open("products");
        List<Object> ops = Json.asList(
                browser.evaluate("inspection.runs[0].ops.filter(inspection.canExplain).map(o => o.number)"), "ops");
        assertTrue(ops.size() > 12, ops.size() + " ops");
        for (Object number : ops) {
            OpRecord op = inspection.ops().get(((Number) number).intValue());
            List<Object> values = Json.asList(browser.evaluate("""
                            (async () => {
                              const op = inspection.runs[0].ops[%s];
                              const made = await inspection.explainer(op);
                              const size = op.shape.reduce((a, b) => a * b, 1);
                              return Array.from({length: 12}, (_, i) => {
                                const place = inspection.placeOf(Math.floor(size * (i + 0.5) / 12), op.shape);
                                return [...place, made(place).value];
                              });
                            })()""".formatted(number)), op.name());
            for (Object value : values) {
                double[] placed = Json.asList(value, "cell").stream()
                        .mapToDouble(v -> Json.asDouble(v, "cell"))
                        .toArray();
                int[] cell = Arrays.stream(placed, 0, placed.length - 1)
                        .mapToInt(v -> (int) v)
                        .toArray();
                Explanation java = Explain.of(inspection.record(), op.name(), cell);
                double allowed = 1e-12 * Math.max(1, Math.abs(java.value()));
                assertEquals(java.value(), placed[placed.length - 1], allowed, op.name() + Arrays.toString(cell));
                assertEquals(java.stored(), java.value(), 2e-5 * Math.max(1, Math.abs(java.stored())), op.name());
            }
        }
        browser.click(".side > div:nth-child(2) canvas", 0.05, 0.05);
        browser.waitFor("document.getElementById('made') !== null");
    }

    @Test
    void twoRunsPartWhereJavaSays() {
        open("compare");
        String said = browser.text("document.getElementById('main').innerText");
        String first = comparison.parts().orElseThrow().name();
        assertTrue(said.contains("The first module whose result differs is " + first), said);
        assertEquals(comparison.modules().size(), browser.number("inspection.page.comparison.modules.length"));
        open("compare/backbone.layers.3");
        browser.waitFor("document.querySelectorAll('main > .figure canvas').length === 2");
        browser.evaluate(
                "Promise.all(inspection.runs.map(r => inspection.load(r.tensorByPath.get('backbone.layers.3').blob))).then(() => true)");
        browser.point("main > .figure:nth-of-type(2) canvas", 0.1, 0.4);
        assertTrue(tip().contains("upper right: ") && tip().contains("lower left: "), tip());
    }

    /** The run that is seen is the reader's choice, by pointer and key, and goes with them from view to view. */
    @Test
    void theOtherRunIsSeen() {
        Inspection other = comparison.right();
        open("tensors/" + KEPT + "/3");
        checkCell(inspection);
        browser.click("[data-key='run-2']");
        browser.waitFor("location.hash === '#tensors/" + KEPT + "/3/run-2'");
        checkCell(other);
        assertEquals("“" + OTHER + "”", browser.text("document.querySelector('h1').textContent"));
        browser.key("r");
        browser.waitFor("location.hash === '#tensors/" + KEPT + "/3'");
        checkCell(inspection);

        String name =
                Json.asString(browser.evaluate("inspection.runs[1].ops.findLast(inspection.canExplain).key"), "op");
        double number = browser.number("inspection.runs[0].ops.find(o => o.key === '" + name + "').number");
        open("products/" + (int) number + "/5");
        assertEquals(value(inspection, name), recorded());
        browser.key("r");
        browser.waitFor("location.hash.endsWith('/5/run-2')");
        assertEquals(value(other, name), recorded());
        browser.click("[data-key='view-words']");
        browser.waitFor("location.hash === '#words/run-2'");
        browser.click("[data-key='view-causes']");
        browser.waitFor("document.getElementById('main').dataset.view === 'causes'");
        assertEquals(0, browser.number("document.querySelectorAll('.runs').length"), "causes are the first run's");
    }

    private static void checkCell(Inspection of) {
        browser.settle();
        browser.evaluate("inspection.all().then(() => true)");
        double wide = browser.number("document.querySelector('.side canvas').clientWidth");
        double high = browser.number("document.querySelector('.side canvas').clientHeight");
        double side = Math.min(wide, 560) / 24;
        browser.point(".side canvas", side * 17.5 / wide, side * 5.5 / high);
        assertEquals(
                of.tensor(KEPT).get(0, 5, 17, 3),
                Float.parseFloat(tip().lines().skip(1).findFirst().orElseThrow()));
    }

    private static float value(Inspection of, String op) {
        return of.opTensors(op).get("").toFloatArray()[5];
    }

    private static float recorded() {
        browser.waitFor("document.getElementById('recorded') !== null");
        return Float.parseFloat(browser.text("document.getElementById('recorded').textContent"));
    }

    /** The first view asks what a reader may want to know, answers it, and leads there. */
    @Test
    void questionsLeadToTheirPlaces() {
        open("way");
        browser.waitFor("!document.querySelector('.questions').textContent.includes('…')");
        String said = browser.text("document.querySelector('.questions').innerText");
        Effect skipped = effects.stream()
                .filter(e -> e.intervention() instanceof Intervention.Skip)
                .findFirst()
                .orElseThrow();
        double share = 100.0 * skipped.lost() / inspection.result().area();
        assertTrue(said.contains(String.format(Locale.ROOT, "Without it %.1f %% of what is marked goes", share)), said);
        Effect word = effects.stream()
                .filter(e -> e.intervention() instanceof Intervention.DropWord)
                .min(Comparator.comparingDouble(Effect::iou))
                .orElseThrow();
        assertTrue(said.contains("the surest pixel: “"), said);
        assertTrue(said.contains("It changes most " + word.intervention().label()), said);
        assertTrue(said.contains(comparison.parts().orElseThrow().name()), said);
        assertTrue(said.contains(SPOILT), said);
        double links = browser.number("document.querySelectorAll('.questions a').length");
        assertTrue(links >= 9, said);
        for (int i = 1; i <= links; i++) {
            browser.go("way");
            browser.waitFor("document.querySelectorAll('.questions a').length === " + (int) links);
            browser.click(".questions dt:nth-of-type(" + i + ") a");
            browser.waitFor("document.getElementById('main').dataset.view !== 'way'");
            assertTrue(VIEWS.contains(browser.text("document.getElementById('main').dataset.view")), "question " + i);
        }
    }

    @Test
    void causesAreThoseOfJava() {
        open("causes");
        List<Object> said = Json.asList(browser.evaluate("inspection.runs[0].causes.map(c => c.iou)"), "iou");
        assertEquals(
                effects.stream().map(Effect::iou).toList(),
                said.stream().map(v -> ((Number) v).doubleValue()).toList());
        double before = drawn(".side > div:nth-child(2) canvas");
        browser.click(".side canvas", 0.2, 0.95);
        browser.waitFor("location.hash.startsWith('#causes/')");
        browser.evaluate("new Promise(done => setTimeout(() => done(true), 300))");
        assertNotEquals(before, drawn(".side > div:nth-child(2) canvas"));
    }

    /** Who sees no colours reads the lightness. */
    @Test
    void colourMapsRiseInLightness() {
        open("way");
        double[] rising = lightness("SEQUENTIAL");
        for (int i = 1; i < rising.length; i++) {
            assertTrue(rising[i] > rising[i - 1] - 0.5, "sequential at " + i);
        }
        assertTrue(rising[255] - rising[0] > 150, rising[255] + " - " + rising[0]);
        double[] about = lightness("DIVERGING");
        for (int i = 1; i < 127; i++) {
            assertTrue(about[i] > about[i - 1] - 0.5 && about[255 - i] > about[256 - i] - 0.5, "diverging at " + i);
        }
    }

    /** Luma of each colour of a map, 0 to 255. */
    private static double[] lightness(String ramp) {
        return Json.asList(
                        browser.evaluate("Array.from(inspection.ramps." + ramp
                                + ", w => 0.2126 * (w & 255) + 0.7152 * (w >> 8 & 255) + 0.0722 * (w >> 16 & 255))"),
                        ramp)
                .stream()
                .mapToDouble(v -> Json.asDouble(v, ramp))
                .toArray();
    }

    @Test
    void gradientsAreThoseOfJava() {
        open("gradients");
        assertEquals(gradients.loss(), browser.number("inspection.page.gradients.loss"));
        assertEquals(
                gradients.modules().get("classifier.conv1_1").parameters(),
                browser.number(
                        "inspection.page.gradients.modules.find(m => m.path === 'classifier.conv1_1').parameters"));
        browser.evaluate("inspection.all().then(() => true)");
        browser.point(".side > div:nth-child(2) canvas", 0.3, 0.3);
        assertTrue(Float.isFinite(Float.parseFloat(tip())), tip());
    }

    @Test
    void theFirstModuleOutOfToleranceIsNamed() {
        open("truth");
        assertTrue(
                browser.text("document.getElementById('verdict').textContent").contains("is " + SPOILT + ";"));
        assertEquals(
                1,
                browser.number(
                        "[...document.querySelectorAll('td')].filter(d => d.textContent === 'the first out of tolerance').length"));
    }
}
