package dev.swath.fianet.pretrained;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Tape;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.tokenizer.Encoding;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** BERT folders as publishers leave them, with the ids and hidden states that Hugging Face's give ({@code expected.json}). */
class BertCasesTest {
    private static final Path CASES = Path.of("src/test/resources/dev/swath/fianet/pretrained/cases");
    private static final Backend BACKEND = Backends.cpu();

    @TempDir
    Path folder;

    private static Map<String, Object> expected() throws IOException {
        return Json.parseObject(Files.readString(CASES.resolve("expected.json")));
    }

    static Stream<String> folders() throws IOException {
        return expected().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void idsAndHiddenStatesAreHuggingFaces(String name) throws IOException {
        BertFolder bert = BertFolder.open(CASES.resolve(name), BACKEND);
        for (Object one : Json.asList(expected().get(name), name)) {
            Map<String, Object> sentence = Json.asObject(one, name);
            String text = Json.asString(sentence.get("text"), "text");
            Encoding encoding = bert.tokenize(text);
            assertArrayEquals(numbers(sentence.get("ids")), doubles(encoding.ids()), text);
            double[] want = Json.asList(sentence.get("hidden"), "hidden").stream()
                    .flatMapToDouble(row -> Arrays.stream(numbers(row)))
                    .toArray();
            Tape tape = Tape.inference(Tape.Options.of(BACKEND));
            assertArrayEquals(want, bert.encode(tape, encoding).toDoubleArray(), 1e-4, text);
        }
    }

    private static double[] numbers(Object list) {
        return Json.asList(list, "numbers").stream()
                .mapToDouble(v -> Json.asDouble(v, "a number"))
                .toArray();
    }

    private static double[] doubles(long[] ids) {
        return Arrays.stream(ids).asDoubleStream().toArray();
    }

    private void copy(String name) throws IOException {
        try (Stream<Path> files = Files.list(CASES.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private String ids(String text) {
        return Arrays.toString(BertFolder.open(folder, BACKEND).tokenize(text).ids());
    }

    /** Every key of tokenizer_config.json that changes ids. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | The café | [2, 7, 11, 3]",
                "{\"do_lower_case\": false} | The café | [2, 8, 12, 3]",
                "{\"do_lower_case\": false, \"strip_accents\": true} | The café | [2, 8, 11, 3]",
                "{\"strip_accents\": false} | The café | [2, 7, 12, 3]",
                "{\"do_lower_case\": true, \"strip_accents\": null} | The café | [2, 7, 11, 3]",
                "{\"tokenize_chinese_chars\": false} | 机ship | [2, 1, 3]",
                "{\"tokenize_chinese_chars\": true} | 机ship | [2, 1, 9, 3]",
                "{\"do_basic_tokenize\": false} | Paris. ship | [2, 1, 9, 3]",
                "{\"never_split\": [\"Paris\"]} | Paris paris The | [2, 6, 5, 7, 3]",
                "{\"cls_token\": \"harbor\", \"sep_token\": {\"content\": \"left\"}} | ship | [16, 9, 14]",
                "{\"unk_token\": \"yard\"} | zzz | [2, 18, 3]",
                "{\"model_max_length\": 1000000000000000019884624838656} | ship | [2, 9, 3]",
                "{\"added_tokens_decoder\": {\"4\": {\"content\": \"[MASK]\", \"special\": true}}} | a[MASK] | [2, 1, 4, 3]",
                "{\"tokenizer_class\": \"BertTokenizerFast\"} | ships | [2, 9, 10, 3]",
                "{\"tokenizer_class\": \"TokenizersBackend\", \"backend\": \"tokenizers\"} | ships | [2, 9, 10, 3]"
            })
    void tokenizerConfigIsFollowed(String config, String text, String ids) throws IOException {
        copy("plain");
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        assertEquals(ids, ids(text));
    }

    @Test
    void tokenizerJsonIsFollowedAndOverruled() throws IOException {
        copy("tokenizer_json_only");
        Path file = folder.resolve("tokenizer.json");
        String whole = Files.readString(file);
        Files.writeString(file, whole.replace("\"lowercase\": true", "\"lowercase\": false"));
        assertEquals("[2, 8, 12, 3]", ids("The café"));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": true}");
        assertEquals("[2, 7, 11, 3]", ids("The café"));
        Files.writeString(
                file,
                whole.replace("{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2]}", """
                {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence":
                 {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]}"""));
        assertEquals("[2, 9, 17, 3]", ids("ship\u200byard"));
        Files.copy(CASES.resolve("plain/vocab.txt"), folder.resolve("vocab.txt"));
        assertEquals("[2, 9, 17, 3]", ids("ship\u200byard"));
    }

    /** What is set and cannot be followed, or does not fit, is refused in one sentence that names the file and the rule. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tokenizer_config.json | {\"tokenizer_class\": \"RobertaTokenizer\"} | tokenizer_class RobertaTokenizer",
                "tokenizer_config.json | {\"do_lower_case\": \"no\"} | 'do_lower_case' must be true or false",
                "tokenizer_config.json | {\"cls_token\": \"[ENTER]\"} | must hold the piece [ENTER]",
                "tokenizer_config.json | {\"added_tokens_decoder\": {\"20\": {\"content\": \"x\"}}} | has the number 20",
                "tokenizer_config.json | {\"added_tokens_decoder\": {\"19\": {\"content\": \"x\"}}} | in the vocabulary",
                "tokenizer_config.json | { | cannot be read",
                "tokenizer.json | {\"model\": {\"type\": \"BPE\"}} | the model must be WordPiece; got BPE",
                "tokenizer.json | {} | model must be an object",
                "config.json | {\"model_type\": \"roberta\"} | model_type must be bert; got roberta",
                "config.json | {\"hidden_act\": \"relu\"} | hidden_act must be gelu; got relu",
                "config.json | {\"position_embedding_type\": \"relative_key\"} | position_embedding_type must be absolute",
                "config.json | {\"is_decoder\": true} | is_decoder must be false",
                "config.json | {\"num_hidden_layers\": 100000} | 'num_hidden_layers' must lie in [0, 256]; got 100000",
                "config.json | {\"hidden_size\": 1e9} | 'hidden_size' must be an integer",
                "config.json | {\"vocab_size\": 20, \"hidden_size\": 8, \"num_attention_heads\": 2, \"num_hidden_layers\": 200} | hold",
                "vocab.txt | [UNK] | must hold the piece [CLS]"
            })
    void whatCannotBeFollowedIsRefused(String file, String content, String words) throws IOException {
        copy("plain");
        Files.writeString(folder.resolve(file), content);
        String message = assertThrows(RuntimeException.class, () -> BertFolder.open(folder, BACKEND))
                .getMessage();
        assertTrue(message.contains(words) && message.contains(folder.toString()), message);
        assertTrue(message.length() < 900 && message.chars().noneMatch(Character::isISOControl), message);
    }

    /** Referring networks read sentences in lower case; a BERT that tells its case in either file is no beginning for one. */
    @Test
    void aCasedBertIsKnownByEitherFile() throws IOException {
        copy("tokenizer_json_only");
        BertFolder.requireUncased(folder);
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, Files.readString(file).replace("\"lowercase\": true", "\"lowercase\": false"));
        String message = assertThrows(WeightsException.class, () -> BertFolder.requireUncased(folder))
                .getMessage();
        assertTrue(message.contains("tokenizer.json: lowercase is false"), message);
        Path config = Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": true}");
        BertFolder.requireUncased(folder);
        Files.writeString(config, "{\"strip_accents\": false}");
        message = assertThrows(WeightsException.class, () -> BertFolder.requireUncased(folder))
                .getMessage();
        assertTrue(message.contains("is false") && message.contains("give an uncased BERT"), message);
    }

    @Test
    void shardsThatDoNotFitAreRefused() throws IOException {
        copy("sharded");
        Path index = folder.resolve("model.safetensors.index.json");
        String whole = Files.readString(index);
        for (String[] change : new String[][] {
            {"model-00002-of-00002", "../model-00002-of-00002", "is no name of a file"},
            {"model-00002-of-00002", "model-00003-of-00003", "does not exist"},
            {"\"weight_map\"", "\"map\"", "no weight_map"},
            {
                "\"encoder.layer.0.attention.self.query.weight\"",
                "\"encoder.layer.0.attention.self.query.w\"",
                "is not there"
            },
            {"\"encoder.layer.0.attention.self.query.weight\": \"model-00001-of-00002.safetensors\", ", "", "missing"}
        }) {
            Files.writeString(index, whole.replace(change[0], change[1]));
            String message = assertThrows(WeightsException.class, () -> BertFolder.open(folder, BACKEND))
                    .getMessage();
            assertTrue(message.contains(change[2]), message);
        }
    }
}
