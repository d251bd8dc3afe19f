package dev.swath.fianet.inspect.page;

import dev.swath.files.AtomicFile;
import dev.swath.files.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one file of HTML: the page's own resources and the data in it. Its content-security policy lets only this script and this style
 * sheet, known by their hashes, run, and nothing be fetched.
 */
final class Document {
    /** The parts of the script, in the order in which they need each other. */
    static final List<String> SCRIPTS = List.of(
            "dom",
            "format",
            "data",
            "colour",
            "pen",
            "figure",
            "route",
            "model",
            "histogram",
            "maps",
            "icicle",
            "way",
            "attention",
            "words",
            "tensors",
            "npy",
            "products",
            "sums",
            "compare",
            "causes",
            "truth",
            "gradients",
            "questions",
            "main");

    private static final Pattern PLACE = Pattern.compile("\\$\\{([a-z]+)}");

    private Document() {}

    /** Writes the page: a value of JSON that the script reads, and the numbers that it names. */
    static void write(Path file, String title, Map<String, Object> data, Blobs blobs) {
        String style = resource("page.css");
        StringBuilder script = new StringBuilder("'use strict';\n(() => {\n");
        SCRIPTS.forEach(name -> script.append(resource("js/" + name + ".js")));
        script.append("})();\n");
        String policy = "default-src 'none'; script-src '" + hash(script.toString()) + "'; style-src '" + hash(style)
                + "'; img-src data: blob:; base-uri 'none'; form-action 'none'";
        Map<String, String> parts = Map.of(
                "policy", policy,
                "title", escaped(title),
                "style", style,
                "script", script.toString(),
                "data", Json.write(data, false).replace("<", "\\u003c"));
        String template = resource("page.html");
        AtomicFile.write(file, channel -> {
            Matcher place = PLACE.matcher(template);
            int from = 0;
            while (place.find()) {
                AtomicFile.put(channel, utf8(template.substring(from, place.start())));
                if (place.group(1).equals("blobs")) {
                    blobs.writeTo(channel);
                } else {
                    AtomicFile.put(channel, utf8(parts.get(place.group(1))));
                }
                from = place.end();
            }
            AtomicFile.put(channel, utf8(template.substring(from)));
        });
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As a policy names a text that may run. */
    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String resource(String name) {
        try (InputStream in = Document.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("[page] the resource " + name + " is missing from this build");
            }
            // A browser takes the returns away before it hashes.
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
