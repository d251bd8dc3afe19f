package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.PublishedFiles;
import dev.swath.fianet.TinyModel;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.testkit.Golden;
import dev.swath.weights.TorchWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command that the README and the pages print is run, as it stands there, on files of the names that it has there: tiny
 * networks, pictures and data sets, and of long runs the first step. One that cannot be run is on the list, with the reason.
 */
class DocumentedRunsTest {
    private static final String SENTENCE = "the ship on the left";

    /** What is not run here, and why. */
    private static final Map<String, String> NOT_RUN = Map.of(
            "./swath segment --device cuda ...",
            "it needs an NVIDIA device; the device's own tests run it",
            "./swath train --network two-layers --dataset synthetic --config compact --synth-count 2000 --out run/",
            "the network is one that the reader writes; OwnNetworkTest compiles it and trains it");

    @TempDir
    static Path files;

    @TempDir
    Path folder;

    /** What an option's value or a word by itself stands for, by "option value" or by the word: a path under {@link #files}. */
    private static final Map<String, String> NAMES = new HashMap<>();

    private static final BertConfig BERT = new BertConfig(TinyModel.PIECES.size(), 24, 2, 3, 40, 22, 2, 0, 1e-12);
    private static final String TINY = """
            {"model": {"image_size": 64,
              "swin": {"embed_dim": 8, "depths": [2, 2, 2, 2], "heads": [1, 2, 2, 4], "window": 4},
              "bert": {"vocabulary": 13, "hidden": 24, "layers": 2, "heads": 3, "intermediate": 40, "positions": 22},
              "tmem_blocks": 1},
             "batch": 2,
             "text": {"trained_layers": 1, "train_embeddings": true}}
            """;

    @BeforeAll
    static void write() throws IOException {
        Path model = TinyModel.write(files.resolve("model"));
        Cli.run("weights", "convert", model, files.resolve("best.pth")).done();
        Files.copy(model.resolve("vocab.txt"), files.resolve("vocab.txt"));
        byte[][] bands = new byte[4][BandsTest.WIDTH * BandsTest.HEIGHT];
        bands[1][7] = 99;
        for (String name : List.of("a.png", "harbor.png", "more/b.tif", "pictures/c.tif")) {
            Files.createDirectories(files.resolve(name).getParent());
            Files.write(files.resolve(name), BandsTest.tiff(bands));
        }
        Files.writeString(files.resolve("texts.txt"), "the ship\nthe road on the left\n");
        Files.writeString(files.resolve("tiny.json"), TINY);
        Files.writeString(files.resolve("small.json"), TINY);
        for (String format : List.of("refsegrs", "rrsisd")) {
            Path data = files.resolve(format.equals("rrsisd") ? "RRSIS-D" : "RefSegRS");
            Cli.run("synth", "--format", format, "--out", data, "--count", 20, "--size", 64, "--seed", 5)
                    .done();
        }
        zip(files.resolve("RRSIS-D"), files.resolve("RRSIS-D.zip"));
        Path lists = files.resolve("RISBench");
        Cli.run("synth", "--format", "refsegrs", "--layout", "jsonl", "--out", lists, "--count", 10, "--size", 64)
                .done();
        for (String split : List.of("train", "val", "test")) {
            Files.move(
                    lists.resolve("datainfo/refsegrs_" + split + ".jsonl"),
                    lists.resolve("datainfo/risbench_" + split + ".jsonl"));
        }
        TorchWriter.write(
                files.resolve("swin_base_patch4_window12_384_22k.pth"),
                "model",
                PublishedFiles.swin(Golden.of("swin_full"), ""));
        BertEncoder bert = new BertEncoder(BERT);
        bert.initialise(new RandomSource(3));
        Path folder = files.resolve("bert-base-uncased");
        PublishedFiles.bert(folder, bert);
        Files.writeString(folder.resolve("config.json"), """
                {"vocab_size": 13, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "hidden_act": "gelu",
                 "intermediate_size": 40, "max_position_embeddings": 22, "type_vocab_size": 2, "layer_norm_eps": 1e-12}
                """);
        NAMES.putAll(Map.of(
                "--weights F", "model",
                "--image F", "a.png",
                "--image DIR", "pictures",
                "--texts FILE", "texts.txt",
                "--bert DIR", "bert-base-uncased",
                "--init-bert DIR", "bert-base-uncased",
                "--init-bert ...", "bert-base-uncased",
                "--init-swin F", "swin_base_patch4_window12_384_22k.pth",
                "--init-swin ...", "swin_base_patch4_window12_384_22k.pth",
                "--vocab $VOCAB", "bundled-vocab.txt"));
        NAMES.putAll(Map.of(
                "--config F", "tiny.json",
                "--vocab F", "vocab.txt",
                "--data DIR", "RRSIS-D",
                "FILE", "best.pth",
                "IN", "model",
                "MODEL", "model"));
        for (String published :
                List.of("lavt_one.pth", "remotesam.pth", "dlsa_rrsisd.pth", "mafn.pth", "crossvlt.pth")) {
            NAMES.put(published, "best.pth"); // what a file holds it tells itself: FIANet's here
        }
        Files.copy(Settings.bundledVocabulary(), files.resolve("bundled-vocab.txt"));
    }

    private static void zip(Path from, Path to) throws IOException {
        try (var zip = new java.util.zip.ZipOutputStream(Files.newOutputStream(to));
                Stream<Path> all = Files.walk(from)) {
            for (Path p : all.filter(Files::isRegularFile).sorted().toList()) {
                zip.putNextEntry(new java.util.zip.ZipEntry(from.relativize(p).toString()));
                Files.copy(p, zip);
                zip.closeEntry();
            }
        }
    }

    @Test
    void everyPrintedCommandIsRun() throws IOException {
        List<String> wrong = new ArrayList<>();
        Set<List<String>> done = new HashSet<>();
        Set<String> leftOut = new HashSet<>();
        int pages = 0;
        for (Path page : Documented.pages()) {
            // What a page's commands write is there for its later ones.
            Path place = Files.createDirectory(folder.resolve("page-" + pages++));
            List<String> before = List.of();
            for (String printed : Documented.commands(page)) {
                String command = printed;
                if (NOT_RUN.containsKey(command)) {
                    leftOut.add(command);
                    if (!command.contains(" train ")) {
                        continue;
                    }
                    command = command.replace(" --network two-layers", ""); // what follows needs a run
                }
                List<String> words = shortened(completed(command, before));
                if (words.getFirst().equals("train")) {
                    before = words;
                }
                if (!done.add(words.stream().sorted().toList()) && command.equals(printed)) {
                    continue;
                }
                String[] all = placed(words, place);
                Cli ran = Cli.run((Object[]) all);
                if (ran.code() != 0) {
                    wrong.add(Documented.HOME.relativize(page) + ": " + printed + "\n    ran as "
                            + String.join(" ", all) + "\n    " + ran.err());
                }
                if (command.contains(" > ")) {
                    Files.writeString(place.resolve(command.replaceFirst(".* > ", "")), ran.out());
                }
            }
        }
        assertEquals(List.of(), wrong, String.join("\n", wrong));
        assertEquals(NOT_RUN.keySet(), leftOut, "what is not run is still printed");
        assertTrue(done.size() > 35, done.size() + " commands");
    }

    /** A command's words, with what it needs and leaves out in the text: dots, or "the same". */
    private static List<String> completed(String command, List<String> before) {
        String plain = command.replaceFirst("^(\\./)?swath ", "").replaceAll(" > .*", "");
        if (plain.contains("(the same)")) {
            List<String> words = new ArrayList<>(before);
            words.add("--resume");
            return words;
        }
        plain = plain.replaceAll("\"\\.\\.\\.\"", '"' + SENTENCE + '"')
                .replace(
                        "--input-ids ... --attention-mask ... --object-mask ... --position-mask ...",
                        "--input-ids 2,5,6,3 --attention-mask 1,1,1,1 --object-mask 0,0,1,0 --position-mask 1,1,1,1")
                .replaceAll("(--init-[a-z]+) \\.\\.\\.", "$1 _")
                .replaceAll("(^| )\\.\\.\\.(?= |$)", "")
                .replaceAll("(--init-[a-z]+) _", "$1 ...")
                .replaceAll("[\\[\\]]", "")
                .replaceAll("\\\\?\\|\\S+", "")
                .replace("COMMAND", "segment");
        List<String> words = new ArrayList<>(Arrays.asList(Shell.words(plain.strip())));
        switch (words.getFirst()) {
            case "segment" -> {
                if (!words.contains("--texts") && !words.contains("--input-ids")) {
                    add(words, "--text", SENTENCE);
                }
                add(words, "--image", "F");
                add(words, "--weights", "F");
                add(words, "--out", "out");
            }
            case "inspect" -> {
                add(words, "--text", SENTENCE);
                add(words, "--image", "F");
                add(words, "--weights", "F");
                add(words, "--out", "page.html");
            }
            case "parse" -> {
                add(words, "--text", SENTENCE);
                if (command.contains(" > ")) {
                    add(words, "--vocab", "F");
                }
            }
            case "demo" -> add(words, "--out", "out");
            case "evaluate" -> {
                add(words, "--data", "DIR");
                add(words, "--out", "out");
                add(words, "--weights", "F");
            }
            case "train", "ablate", "compare" -> {
                add(words, "--dataset", "synthetic");
                add(words, "--out", "out");
                if (words.getFirst().equals("compare")) {
                    add(words, "--networks", "fianet");
                }
                if (words.getFirst().equals("ablate")) {
                    add(words, "--steps", "1");
                }
            }
            case "synth" -> {
                add(words, "--format", "refsegrs");
                add(words, "--out", "out");
                add(words, "--count", "10");
            }
            case "pairs" -> add(words, "--weights", "F");
            case "summary" -> {
                if (!words.contains("--weights")) {
                    add(words, "--network", "NAME");
                }
            }
            case "weights" -> {
                if (words.size() == 2) {
                    words.add("FILE");
                }
            }
            default -> {}
        }
        return words;
    }

    /** With the options that make a long run a short one. */
    private static List<String> shortened(List<String> words) {
        switch (words.getFirst()) {
            case "train", "ablate", "compare" -> {
                boolean inside = words.contains("compact") || words.stream().anyMatch(w -> w.startsWith("docs/"));
                if (!inside) {
                    boolean other = words.contains("--network"); // whose keys are others than those of F
                    set(words, "--config", other ? "compact" : "F");
                    if (!other && !words.contains("--init-bert")) {
                        set(words, "--vocab", "F");
                    }
                }
                if (words.contains("NAME")) {
                    set(words, "--dataset", words.contains("--data") ? "rrsisd" : "synthetic");
                }
                if (words.contains("synthetic")) {
                    set(words, "--synth-count", words.getFirst().equals("train") ? "2" : "4");
                    set(words, "--synth-val", "2");
                }
                if (words.contains("--minutes")) {
                    words.set(words.indexOf("--minutes"), "--steps");
                }
                if (words.contains("--networks")) {
                    set(words, "--networks", "fianet,other=" + files.resolve("tiny.json"));
                }
                // Two steps are all that two samples give: an epoch ends with an evaluation, and the best state is
                // kept.
                boolean drawn = words.contains("--synth-count");
                if (words.getFirst().equals("train")) {
                    set(words, "--max-steps", drawn ? "2" : "1");
                } else {
                    set(words, "--steps", "1");
                }
                if (words.getFirst().equals("train")) {
                    set(words, "--batch", "1");
                }
            }
            case "synth" -> {
                set(words, "--count", "20");
                set(words, "--size", "64");
                if (words.contains("--seed")) {
                    set(words, "--seed", "7");
                }
            }
            case "pairs" -> set(words, "--count", "1");
            case "summary" -> {
                if (words.contains("NAME")) {
                    set(words, "--network", "fianet");
                }
                if (words.contains("N")) {
                    set(words, "--depth", "2");
                }
            }
            case "check-data", "evaluate" -> {
                if (words.contains("NAME")) {
                    set(words, "--dataset", "rrsisd");
                }
            }
            default -> {}
        }
        return words;
    }

    private static void add(List<String> words, String option, String value) {
        if (!words.contains(option) && !words.contains("--help")) {
            words.addAll(List.of(option, value));
        }
    }

    private static void set(List<String> words, String option, String value) {
        int at = words.indexOf(option);
        if (at < 0) {
            words.addAll(List.of(option, value));
        } else {
            words.set(at + 1, value);
        }
    }

    /** With the paths that its names stand for; what a new run would find in its way is taken away. */
    private static String[] placed(List<String> words, Path place) throws IOException {
        String[] out = words.toArray(String[]::new);
        boolean converts = words.size() > 2 && words.subList(0, 2).equals(List.of("weights", "convert"));
        int converted = words.size() - 1;
        while (converted > 0
                && (words.get(converted).startsWith("-")
                        || words.get(converted - 1).startsWith("-"))) {
            converted--;
        }
        for (int i = 1; i < out.length; i++) {
            String word = words.get(i);
            String named = NAMES.getOrDefault(words.get(i - 1) + " " + word, NAMES.getOrDefault(word, word));
            if (words.get(i - 1).equals("--out") || converts && i == converted) {
                Path to = place.resolve(word);
                if (!words.contains("--resume") && Files.isDirectory(to)) {
                    delete(to);
                }
                out[i] = to.toString();
            } else if (word.startsWith("docs/")) {
                out[i] = Documented.HOME.resolve(word).toString();
            } else if (word.contains("*")) {
                out[i] = files + "/" + word;
            } else if (!word.startsWith("-") && i > 1) {
                for (Path root : List.of(files, place)) {
                    if (Files.exists(root.resolve(named))) {
                        out[i] = root.resolve(named).toString();
                    }
                }
            }
        }
        return out;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
