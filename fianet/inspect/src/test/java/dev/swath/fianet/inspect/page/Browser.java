package dev.swath.fianet.inspect.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.swath.files.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A page in a headless Chromium, driven as a reader would: pointer, keys, links; with what its console said and what it asked of the network. */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final int SECONDS = 60;

    private final Process process;
    private final Path profile;
    private final DevTools tools;
    private final String session;

    private Browser(Path program) throws IOException {
        this.profile = Files.createTempDirectory("browser");
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--headless=new",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--no-first-run",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-extensions",
                "--force-device-scale-factor=1",
                "--hide-scrollbars",
                "--no-sandbox", // a build may run as root, for which Chromium has no sandbox
                "about:blank"));
        this.process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        this.tools = new DevTools(address());
        String target = String.valueOf(tools.send("", "Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId"));
        this.session =
                String.valueOf(tools.send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                        .get("sessionId"));
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            send(domain + ".enable", Map.of());
        }
        size(1280, 900, false);
    }

    /** Starts one. Without Chromium the test is left out, which continuous integration does not let pass. */
    static Browser start() {
        Optional<Path> program = program();
        if (System.getenv("CI") == null) {
            assumeTrue(
                    program.isPresent(),
                    "no Chromium on the PATH: the page is not tried in a browser (apt-get install chromium)");
        }
        try {
            return new Browser(program.orElseThrow(
                    () -> new IllegalStateException("Chromium is missing: the tests of the page need it")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private URI address() throws IOException {
        BufferedReader words =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        List<String> said = new ArrayList<>();
        for (String line = words.readLine(); line != null; line = words.readLine()) {
            said.add(line);
            Matcher m = LISTENING.matcher(line);
            if (m.find()) {
                Thread.ofVirtual().start(() -> words.lines().forEach(_ -> {})); // lest its pipe fill up
                return URI.create(m.group(1));
            }
        }
        throw new IllegalStateException("Chromium ended: " + String.join("\n", said));
    }

    Map<String, Object> send(String method, Map<String, Object> params) {
        return tools.send(session, method, params);
    }

    /** The window's size in CSS pixels, and whether the system is dark. */
    void size(int width, int height, boolean dark) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Opens a file by its name, as a double click does, and waits until its script has drawn. */
    void open(Path file) {
        open(file.toUri().toString());
    }

    /** Opens an address and waits until the page says that it has drawn. */
    void open(String address) {
        // From one place of a page to another a browser goes without loading it anew.
        send("Page.navigate", Map.of("url", "about:blank"));
        waitFor("location.href === 'about:blank'");
        send("Page.navigate", Map.of("url", address));
        waitFor("document.readyState === 'complete' && document.documentElement.dataset.drawn === 'yes'");
    }

    /** Whether this page is open, at whatever place. */
    boolean isAt(Path file) {
        return text("location.href.split('#')[0]").equals(file.toUri().toString());
    }

    /** Goes to another place of the page that is open: a view, or a view and what of it. */
    void go(String place) {
        evaluate("location.hash = '#" + place + "'");
        waitFor("document.getElementById('main').dataset.view === '" + place.split("/")[0] + "'");
        settle();
    }

    /** The value of an expression; a promise is waited for. */
    @Nullable
    Object evaluate(String expression) {
        Map<String, Object> answer =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + " failed: " + Json.write(answer.get("exceptionDetails"), false));
        }
        return Json.asObject(answer.get("result"), "result").get("value");
    }

    /** The text that an expression gives. */
    String text(String expression) {
        return Json.asString(evaluate(expression), expression);
    }

    /** The number that an expression gives. */
    double number(String expression) {
        return Json.asDouble(evaluate(expression), expression);
    }

    /** Waits until the expression is true. */
    void waitFor(String expression) {
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (!holds(expression)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never true: " + expression + "; console: " + errors());
            }
            pause();
        }
    }

    /** Whether it is true; not while a page goes and the next one comes. */
    private boolean holds(String expression) {
        try {
            return Boolean.TRUE.equals(evaluate(expression));
        } catch (IllegalStateException e) {
            if (!String.valueOf(e.getMessage()).contains("navigated")) {
                throw e;
            }
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Moves the pointer to a place of the element that the selector finds, in fractions of its box, as a reader's hand does. */
    void point(String selector, double x, double y) {
        double[] at = place(selector, x, y);
        send("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", at[0], "y", at[1]));
        settle();
    }

    /** Clicks there. */
    void click(String selector, double x, double y) {
        double[] at = place(selector, x, y);
        for (String type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
            send(
                    "Input.dispatchMouseEvent",
                    Map.of("type", type, "x", at[0], "y", at[1], "button", "left", "clickCount", 1));
        }
        settle();
    }

    /** Clicks in the middle of an element. */
    void click(String selector) {
        click(selector, 0.5, 0.5);
    }

    private double[] place(String selector, double x, double y) {
        String element = "document.querySelector(" + Json.write(selector, false) + ")";
        waitFor(element + " !== null");
        evaluate(element + ".scrollIntoView({block: 'center'})");
        settle();
        List<Object> box = Json.asList(
                evaluate("(b => [b.left, b.top, b.width, b.height])(" + element + ".getBoundingClientRect())"), "box");
        double[] b = box.stream().mapToDouble(v -> Json.asDouble(v, "box")).toArray();
        return new double[] {b[0] + x * b[2], b[1] + y * b[3]};
    }

    /** What the page hands to its reader when an element is clicked: the file, in a folder that goes with the browser. */
    Path download(String selector) {
        try {
            Path folder = Files.createTempDirectory(profile, "downloads");
            tools.send(
                    "", "Browser.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", folder.toString()));
            click(selector);
            long end = System.nanoTime() + SECONDS * 1_000_000_000L;
            while (System.nanoTime() < end) {
                try (Stream<Path> files = Files.list(folder)) {
                    Optional<Path> file = files.filter(f -> !f.toString().endsWith(".crdownload")
                                    && !f.getFileName().toString().startsWith("."))
                            .findFirst();
                    if (file.isPresent()) {
                        return file.get();
                    }
                }
                pause();
            }
            throw new AssertionError("nothing was downloaded by " + selector + "; console: " + errors());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Presses a key: Tab, Enter, ArrowLeft, ... */
    void key(String key) {
        Map<String, Integer> codes = Map.of(
                "2",
                50,
                "r",
                82,
                "Tab",
                9,
                "Enter",
                13,
                "Escape",
                27,
                "ArrowLeft",
                37,
                "ArrowUp",
                38,
                "ArrowRight",
                39,
                "ArrowDown",
                40);
        for (String type : List.of("rawKeyDown", "keyUp")) {
            send(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", codes.get(key)));
        }
        settle();
    }

    /** Waits for two frames: what was asked for has then been drawn. */
    void settle() {
        evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    }

    /** A picture of the window, or of the whole page. */
    byte[] screenshot(boolean whole) {
        return Base64.getDecoder()
                .decode(String.valueOf(
                        send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", whole))
                                .get("data")));
    }

    /** A picture of an element, with a margin. */
    byte[] screenshot(String selector) {
        String box =
                "(b => [b.left + scrollX - 8, b.top + scrollY - 8, b.width + 16, b.height + 16])(document.querySelector("
                        + Json.write(selector, false) + ").getBoundingClientRect())";
        List<Object> b = Json.asList(evaluate(box), "box");
        Map<String, Object> clip =
                Map.of("x", b.get(0), "y", b.get(1), "width", b.get(2), "height", b.get(3), "scale", 1);
        return Base64.getDecoder()
                .decode(String.valueOf(send(
                                "Page.captureScreenshot",
                                Map.of("format", "png", "captureBeyondViewport", true, "clip", clip))
                        .get("data")));
    }

    /** What the console holds against the page. */
    List<String> errors() {
        List<String> out = new ArrayList<>();
        for (DevTools.Event e : tools.events()) {
            String told = Json.write(e.params(), false);
            boolean wrong =
                    switch (e.method()) {
                        case "Runtime.exceptionThrown" -> true;
                        case "Runtime.consoleAPICalled" ->
                            List.of("error", "warning", "assert")
                                    .contains(e.params().get("type"));
                        case "Log.entryAdded" -> told.contains("\"level\":\"error\"") || told.contains("\"warning\"");
                        default -> false;
                    };
            if (wrong) {
                out.add(told);
            }
        }
        return out;
    }

    /** Addresses that the page asked for, besides files on the disk and what it holds itself. */
    List<String> requests() {
        List<String> out = new ArrayList<>();
        for (DevTools.Event e : tools.events()) {
            if (e.method().equals("Network.requestWillBeSent")) {
                String url = String.valueOf(
                        Json.asObject(e.params().get("request"), "request").get("url"));
                if (!url.matches("(file|data|blob|about):.*")) {
                    out.add(url);
                }
            }
        }
        return out;
    }

    /** Fails if the console has held anything against the page, or a request has left it, since the last time. */
    void requireQuiet() {
        List<String> errors = errors();
        List<String> requests = requests();
        tools.forget();
        assertEquals(List.of(), errors);
        assertEquals(List.of(), requests);
    }

    /** Ends the browser with every process that it has started, and takes its profile away: a helper of Chromium's may write there after the first one has gone. */
    @Override
    public void close() {
        List<ProcessHandle> helpers = process.descendants().toList();
        tools.close();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            helpers.forEach(ProcessHandle::destroyForcibly);
            delete(profile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes a folder. A process that was told to end may still put a file there: then once more. */
    private static void delete(Path folder) throws IOException {
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(p);
                }
            } catch (DirectoryNotEmptyException | NoSuchFileException | UncheckedIOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                pause();
            }
        }
    }
}
