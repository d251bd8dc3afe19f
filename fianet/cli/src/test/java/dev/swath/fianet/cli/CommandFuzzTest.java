package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.opennlp.OpenNlpTagger;
import dev.swath.fianet.text.ExpressionException;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.PosTagger;
import dev.swath.fianet.text.Word;
import dev.swath.fianet.text.WordTokenizer;
import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line reads by itself, changed: tables and lists of sentences, world files, words for the real tagger. */
class CommandFuzzTest {
    @TempDir(factory = Fuzz.InMemory.class)
    Path folder;

    private static List<byte[]> bytes(String... texts) {
        return Stream.of(texts).map(s -> s.getBytes(StandardCharsets.UTF_8)).toList();
    }

    private static final List<byte[]> WORDS = bytes(
            "\"",
            "\"\"",
            ",",
            "\r",
            "\n",
            "\r\n",
            "\u0000",
            "\ufeff",
            "\u00a0",
            "text",
            "sentence",
            "image",
            "x".repeat(11_000),
            "../");

    private void texts(String name, List<byte[]> seeds) throws IOException {
        Path file = folder.resolve(name);
        Path image = Files.createFile(folder.resolve("a.png"));
        Fuzz fuzz = new Fuzz(name, seeds, WORDS, UsageException.class).run(Fuzz.file(file, input -> {
            // With a column of images, none may be named beside it.
            boolean own = new String(input, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .contains("image");
            Work work = Work.of(own ? List.of() : List.of(image.toString()), List.of(), file);
            for (int i = 0; i < work.pictures().size(); i++) {
                work.prefix(i, 0);
            }
        }));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    @Test
    void tables() throws IOException {
        texts(
                "texts.csv",
                bytes(
                        "text\nthe ship\n\"the \"\"ship\"\", left\"\n",
                        "image,text,x\r\na.png,the road,1\r\nb.tif,\"two\nlines\",2\r\n",
                        "sentence\nthe dam\n"));
    }

    @Test
    void lists() throws IOException {
        texts("texts.txt", bytes("the ship\nthe road\n\n  the dam  \n", "caf\u00e9 \u673a\u573a\n"));
    }

    /** Whatever is no world file is another file of that ending, and is left alone. */
    @Test
    void worldFiles() throws IOException {
        Path picture = Files.createFile(folder.resolve("a.tif"));
        Path file = folder.resolve("a.tfw");
        new Fuzz("world file", bytes("0.5\n0\n0\n-0.5\n500000\n4000000\n", "1 0 0 -1 1e5 2e6"), WORDS)
                .run(Fuzz.file(file, _ -> WorldFile.beside(picture)));
    }

    /** What {@code compare} keeps of a training. */
    @Test
    void outcomes() {
        String valid =
                "{\"parameters\": 5, \"steps\": 3, \"seconds\": 1.5, \"data\": \"x\", \"drawn\": true, \"samples\": 2,"
                        + " \"mIoU\": 50.5, \"intersection\": 3, \"union\": 4}";
        Fuzz fuzz = new Fuzz("outcomes", bytes(valid), List.of(), JsonException.class)
                .by(Mutations::json)
                .run(input -> Trials.Outcome.of(
                        new Fields(Json.parseObject(new String(input, StandardCharsets.UTF_8)), "outcome.json")));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    @Test
    void wordsForTheRealTagger() {
        PosTagger tagger = new OpenNlpTagger();
        List<byte[]> words =
                bytes("\ud83d\udea2", "\u673a", "2024", "$", "-", "\u0000", "\u200b", "n't", "x".repeat(300), "\"\"");
        Fuzz fuzz = new Fuzz(
                        "tagged words",
                        bytes("the ship on the lower left of the gray harbor", "two cars, which aren't red"),
                        words,
                        ExpressionException.class)
                .run(input -> {
                    String text = new String(input, StandardCharsets.UTF_8);
                    ExpressionParser.check(text);
                    List<String> all =
                            WordTokenizer.words(text).stream().map(Word::text).toList();
                    assertTrue(tagger.tag(all).size() == all.size());
                });
        assertTrue(fuzz.refused() < fuzz.rounds());
    }
}
