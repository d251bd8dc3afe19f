package dev.swath.fianet.pretrained;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ChangedTensors;
import dev.swath.files.Fuzz;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.StateDict;
import dev.swath.tokenizer.TokenizerException;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a BERT folder, and what a Swin file says of its sizes, changed; see {@link Fuzz}. */
class BertFuzzTest {
    private static final Path CASES = Path.of("src/test/resources/dev/swath/fianet/pretrained/cases");
    private static final String TEXT = "The ship\u200b on Paris caf\u00e9 \u673a[MASK] \ud83d\udea2 yard.";

    @TempDir(factory = Fuzz.InMemory.class)
    Path folder;

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private void copy(String name) throws IOException {
        try (Stream<Path> files = Files.list(CASES.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void tokenize() {
        WordPieceTokenizer tokenizer = BertTokenizerFiles.read(folder, 24);
        tokenizer.tokenize(TEXT);
    }

    private void fuzz(String name, List<byte[]> seeds, List<byte[]> words, Fuzz.Target target) {
        Fuzz fuzz = new Fuzz(name, seeds, words, WeightsException.class, TokenizerException.class)
                .run(Fuzz.file(folder.resolve(name), target));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds(), name);
    }

    @Test
    void vocabulary() throws IOException {
        copy("plain");
        List<byte[]> seeds = List.of(
                Files.readAllBytes(CASES.resolve("plain/vocab.txt")),
                Files.readAllBytes(CASES.resolve("vocab_crlf/vocab.txt")));
        List<byte[]> words = List.of(
                bytes("\n\n"),
                bytes("\r"),
                bytes("\ufeff"),
                bytes("[UNK]\n"),
                bytes("##\n"),
                bytes("x".repeat(500) + "\n"));
        fuzz("vocab.txt", seeds, words, _ -> tokenize());
    }

    @Test
    void tokenizerJson() throws IOException {
        copy("tokenizer_json_only");
        List<byte[]> words = List.of(
                bytes("null"),
                bytes("-1"),
                bytes("3999999"),
                bytes("1e9"),
                bytes("\"\\u001b\""),
                bytes("{}"),
                bytes("[]"),
                bytes("\"lowercase\": false,"),
                bytes("\"x\": 23,"),
                bytes("\"max_input_chars_per_word\": 2,"));
        fuzz(
                "tokenizer.json",
                List.of(Files.readAllBytes(CASES.resolve("tokenizer_json_only/tokenizer.json"))),
                words,
                _ -> tokenize());
    }

    @Test
    void tokenizerConfig() throws IOException {
        copy("plain");
        List<byte[]> seeds = List.of(
                bytes("{\"do_lower_case\": false, \"strip_accents\": null, \"cls_token\": {\"content\": \"[CLS]\"}}"),
                bytes(
                        "{\"added_tokens_decoder\": {\"4\": {\"content\": \"[MASK]\", \"special\": true}}, \"never_split\": [\"Paris\"]}"));
        List<byte[]> words = List.of(
                bytes("null"),
                bytes("true"),
                bytes("\"unk_token\": \"\","),
                bytes("\"\""),
                bytes("99999999999"),
                bytes("\"\\u0007\""));
        fuzz("tokenizer_config.json", seeds, words, _ -> tokenize());
    }

    @Test
    void addedTokens() throws IOException {
        copy("cased");
        List<byte[]> words = List.of(bytes("null"), bytes("\"\""), bytes("99999999999"), bytes("-1"), bytes("13"));
        fuzz("added_tokens.json", List.of(bytes("{}"), bytes("{\"[MASK]\": 4}")), words, _ -> tokenize());
    }

    @Test
    void specialTokens() throws IOException {
        copy("plain");
        List<byte[]> words = List.of(bytes("null"), bytes("\"\""), bytes("[]"), bytes("\"\\u0007\""));
        List<byte[]> seeds = List.of(
                bytes("{\"unk_token\": \"[UNK]\", \"cls_token\": {\"content\": \"[CLS]\", \"lstrip\": false}}"));
        fuzz("special_tokens_map.json", seeds, words, _ -> tokenize());
    }

    /** A backbone's sizes by the names and shapes of its tensors, drawn by the input's eight bytes. */
    @Test
    void swinSizes() {
        StateDict valid =
                new SwinTransformer(new SwinConfig(16, List.of(2, 1, 2), List.of(1, 2, 4), 7, 4, 4, 0)).stateDict();
        Fuzz fuzz = new Fuzz("sizes of swin", List.of(), List.of(), WeightsException.class)
                .by((_, random) ->
                        ByteBuffer.allocate(8).putLong(random.nextLong()).array())
                .run(input -> {
                    SplittableRandom random =
                            new SplittableRandom(ByteBuffer.wrap(input).getLong());
                    SwinFile.config(new Checkpoint(
                            Path.of("changed.pth"), Checkpoint.Format.TORCH, ChangedTensors.of(valid, random)));
                });
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    @Test
    void config() throws IOException {
        copy("plain");
        Path file = folder.resolve("config.json");
        List<byte[]> words = List.of(
                bytes("2147483647"),
                bytes("-1"),
                bytes("1e300"),
                bytes("0"),
                bytes("null"),
                bytes("\"bert\""),
                bytes("\"\\u001b\""));
        fuzz("config.json", List.of(Files.readAllBytes(file)), words, _ -> BertFolder.open(folder, null));
    }
}
