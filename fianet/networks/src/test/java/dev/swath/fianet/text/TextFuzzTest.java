package dev.swath.fianet.text;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentences and the files that go with them, changed; see {@link Fuzz}. */
class TextFuzzTest {
    private static final WordPieceTokenizer TOKENIZER = new WordPieceTokenizer(Vocabulary.of(List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ship", "on", "left", "golf", "field", ".", "##s")));

    /** Tags by the words' first letters, so that any chunk may come. */
    private static final PosTagger TAGGER = words -> words.stream()
            .map(w -> List.of("IN", "DT", "NN", "JJ", "NNS", "VBG").get(w.codePointAt(0) % 6))
            .toList();

    @TempDir(factory = Fuzz.InMemory.class)
    Path folder;

    private static List<byte[]> bytes(String... texts) {
        return Stream.of(texts).map(s -> s.getBytes(StandardCharsets.UTF_8)).toList();
    }

    /** Words, phrases, pieces and masks of anything that decodes as UTF-8, damaged characters included. */
    @Test
    void sentences() {
        List<ExpressionParser> parsers = new ArrayList<>();
        for (ExpressionParser.Mode mode : ExpressionParser.Mode.values()) {
            for (DatasetVocabulary dataset : DatasetVocabulary.values()) {
                parsers.add(new ExpressionParser(TOKENIZER, TAGGER, dataset, mode));
            }
        }
        List<byte[]> words = bytes(
                "[CLS]",
                "[MASK]",
                "'s",
                "\"",
                "``",
                "\u00a0",
                "\u3000",
                "\u200b",
                "\u0130",
                "\u673a\u573a",
                "\ud83d\udea2",
                "e\u0301",
                "...",
                "--",
                "U.S. ",
                "cannot",
                "d'ye",
                "on the left of",
                "golf field",
                "\u0000",
                "\uffff",
                " a".repeat(500),
                "\"".repeat(300),
                "b".repeat(2000));
        Fuzz fuzz = new Fuzz(
                        "sentences",
                        bytes(
                                "the ship on the left of the harbor",
                                "A golf field, where they're \"playing\". The U.S. ships (2) cost $3.50!",
                                "\u00e9gonna caf\u00e9 \u2018quoted\u2019 on the upper right"),
                        words,
                        ExpressionException.class)
                .run(input -> {
                    String text = new String(input, StandardCharsets.UTF_8);
                    // One way of reading by each input: there are many of either.
                    ParsedExpression p =
                            parsers.get(input.length % parsers.size()).parse(text);
                    assertTrue(p.tags().size() == p.words().size()
                            && p.objectMask().length == p.encoding().ids().length
                            && p.positionMask().length == p.objectMask().length);
                });
        assertTrue(fuzz.refused() < fuzz.rounds());
    }

    @Test
    void masksFile() {
        Path file = folder.resolve("masks.json");
        String one =
                "{\"sentence\": \"the ship\", \"ids\": [2, 5, 6, 3], \"context_mask\": [1, 1, 1, 1], \"object_mask\":"
                        + " [0, 0, 1, 0], \"position_mask\": [1, 1, 1, 1], \"words\": []}";
        Fuzz fuzz = new Fuzz(
                        "masks file",
                        bytes(one, "[" + one + ", " + one.replace("ship", "road") + "]"),
                        List.of(),
                        ExpressionException.class)
                .by(Mutations::json)
                .run(Fuzz.file(file, _ -> MaskFile.load(file).find("the ship")));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    @Test
    void taggerFile() {
        Path file = folder.resolve("tagger.json");
        Fuzz fuzz = new Fuzz(
                        "tagger file",
                        bytes(
                                "{\"weights\": {\"bias\": {\"NN\": 0.5, \"IN\": -1}, \"i suffix hip\": {\"NN\": 2}}, \"tagdict\":"
                                        + " {\"the\": \"DT\"}, \"classes\": [\"NN\", \"IN\", \"DT\"]}",
                                "[{\"bias\": {\"NN\": 1}}, {\"on\": \"IN\"}, [\"NN\", \"IN\"]]"),
                        List.of(),
                        ExpressionException.class)
                .by(Mutations::json)
                .run(Fuzz.file(file, _ -> new PerceptronTagger(file)
                        .tag(List.of("the", "ship", "on", "2024", "well-known", "left"))));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }
}
