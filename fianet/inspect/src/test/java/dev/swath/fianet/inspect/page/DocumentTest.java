package dev.swath.fianet.inspect.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file that is written: nothing that a reader or a sentence brings can run in it, and its numbers come back as they were. */
class DocumentTest {
    private static final String HOSTILE =
            "</script><script>document.title='run'</script><img src=x onerror=alert(1)>${script}${blobs}";

    @TempDir
    Path folder;

    private static Map<String, Object> run(Blobs blobs) {
        float[] logits = new float[64];
        byte[] mask = new byte[64];
        for (int i = 0; i < 64; i++) {
            logits[i] = (i - 31.5f) / 7;
            mask[i] = (byte) (logits[i] > 0 ? 1 : 0);
        }
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("label", HOSTILE);
        run.put("sentence", HOSTILE);
        run.put("network", HOSTILE);
        run.put("backend", "scalar");
        run.put("nanos", 1000);
        run.put("image", Map.of("rows", 8, "cols", 8, "blob", blobs.add(new byte[192])));
        run.put("mask", Map.of("rows", 8, "cols", 8, "area", 32, "peak", List.of(7, 7), "blob", blobs.add(mask)));
        run.put("logits", Map.of("rows", 8, "cols", 8, "blob", blobs.add(logits)));
        run.put("words", List.of(Map.of("piece", HOSTILE, "id", 7, "marks", List.of("object"))));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("path", "");
        root.put("parent", null);
        root.put("type", HOSTILE);
        root.put("className", HOSTILE);
        root.put("parameters", 12);
        root.put("called", true);
        root.put("outputs", List.of(Map.of("shape", List.of(1, 8, 8), "dtype", "f32")));
        root.put("nanos", 1000);
        root.put("flops", 10);
        root.put("bytes", 10);
        run.put("modules", List.of(root));
        for (String none : List.of("ops", "tensors", "attention", "beside", "causes")) {
            run.put(none, List.of());
        }
        return run;
    }

    private static Map<String, Object> data(Blobs blobs) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("made", HOSTILE);
        data.put("runs", List.of(run(blobs)));
        for (String none : List.of("comparison", "truth", "gradients")) {
            data.put(none, null);
        }
        return data;
    }

    @Test
    void whatASentenceSaysDoesNotRun() throws IOException {
        Path file = folder.resolve("page.html");
        Blobs blobs = new Blobs();
        Document.write(file, HOSTILE, data(blobs), blobs);
        try (Browser browser = Browser.start()) {
            browser.open(file);
            assertEquals(HOSTILE, browser.text("document.title"));
            assertEquals("“" + HOSTILE + "”", browser.text("document.querySelector('h1').textContent"));
            assertEquals(0, browser.number("document.querySelectorAll('img').length"));
            browser.requireQuiet();
        }
    }

    /** The policy is at work: neither a script beside the page's own nor a request gets through. */
    @Test
    void thePolicyHolds() throws IOException {
        Path file = folder.resolve("page.html");
        Blobs blobs = new Blobs();
        Document.write(file, "a page", data(blobs), blobs);
        try (Browser browser = Browser.start()) {
            browser.open(file);
            browser.evaluate(
                    "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))");
            assertEquals("undefined", browser.text("typeof window.ran"));
            assertEquals("refused", browser.text("fetch('http://127.0.0.1:1/').then(() => 'sent', () => 'refused')"));
            assertTrue(
                    browser.errors().toString().contains("Content Security Policy"),
                    browser.errors().toString());
            assertEquals(List.of(), browser.requests());

            Files.writeString(file, Files.readString(file).replace("'use strict'", "'use strict' "));
            browser.send("Page.navigate", Map.of("url", file.toUri().toString()));
            browser.waitFor("document.readyState === 'complete'");
            assertEquals(
                    "undefined",
                    browser.text("typeof document.documentElement.dataset.drawn"),
                    "a changed script does not run");
        }
    }
}
