package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.TinyModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentences, tokens, options and output places that cannot be used, and long sentences that can. */
class BadUsageTest {
    @TempDir
    Path folder;

    private Path image;
    private Path model;
    private Path out;

    @BeforeEach
    void files() throws IOException {
        image = folder.resolve("a.png");
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        model = TinyModel.write(folder.resolve("model"));
        out = folder.resolve("out");
    }

    private Cli segment(Object... more) {
        List<Object> args = new ArrayList<>(List.of("segment", "--image", image, "--weights", model, "--out", out));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    private Cli tokens(String ids, String context, String object, String position) {
        return segment(
                "--input-ids", ids, "--attention-mask", context, "--object-mask", object, "--position-mask", position);
    }

    private void nothingIsWritten() throws IOException {
        try (Stream<Path> files = Files.exists(out) ? Files.list(out) : Stream.empty()) {
            assertEquals(0, files.count(), "files are left in " + out);
        }
    }

    @Test
    void sentences() throws IOException {
        segment("--text", "").refused(2, "--text", "at least one word");
        segment("--text", " \t").refused(2, "--text");
        Cli.run("parse", "--text", "").refused(2, "--text");
        nothingIsWritten();
        Cli done = segment("--text", "the ship on the left ".repeat(400)).done();
        assertEquals(
                "swath: the sentence has 2002 tokens; only the first 20 are used.",
                done.err().lines().findFirst().orElseThrow());
        String most = "x".repeat(10_001);
        segment("--text", most).refused(2, "--text", "at most 10000 characters; got 10001");
        Cli.run("parse", "--text", most).refused(2, "--text", "at most 10000 characters; got 10001");
        Cli.run("encode", "--bert", model, "--text", most, "--out", out).refused(2, "at most 10000 characters");
        for (String line : done.out().lines().toList()) {
            assertTrue(Files.size(Path.of(line)) > 0, line);
        }
        assertEquals(4, done.out().lines().count());
    }

    /** What a shell makes of a variable that is not set must not stand for the working folder. */
    @Test
    void emptyNamesOfFiles() {
        segment("--text", "ship", "--image", "").refused(2, "--image", "is empty");
        Cli.run("segment", "--image", image, "--weights", model, "--text", "ship", "--out", "")
                .refused(2, "--out", "must name a file or folder, but is empty");
        segment("--text", "ship", "--save-logits", "").refused(2, "--save-logits", "is empty");
        Cli.run("encode", "--bert", "", "--text", "ship", "--out", out).refused(2, "--bert", "is empty");
        Cli.run("weights", "show", "").refused(2, "is empty");
        Cli.run("encode", "--bert", "none", "--text", "ship", "--out", out)
                .refused(1, "none/config.json does not exist; a BERT folder has it beside vocab.txt");
        assertFalse(Files.exists(out));
    }

    /** A device without end is told by its first bytes; bands that cannot be are wrong usage before a folder is made. */
    @Test
    void devicesAndBandsThatAreNone() throws IOException {
        segment("--text", "ship", "--bands", "1,2").refused(2, "--bands");
        assertFalse(Files.exists(out));
        if (Files.exists(Path.of("/dev/zero"))) {
            Cli.run("segment", "--image", "/dev/zero", "--weights", model, "--text", "ship", "--out", out)
                    .refused(1, "/dev/zero", "no image of a kind that is read");
            nothingIsWritten();
        }
    }

    @Test
    void tokensOfTheCallersOwn() throws IOException {
        tokens("2,6,99,3", "1,1,1,1", "0,1,0,0", "1,1,1,1").refused(1, "[0, 13)", "99");
        tokens("2,-1,3", "1,1,1", "0,1,0", "1,1,1").refused(1, "[0, 13)", "-1");
        tokens("2,6,3", "1,1", "0,1,0", "1,1,1").refused(2, "same length", "3, 2, 3 and 3");
        tokens("2,6,3", "1,1,1", "0,2,0", "1,1,1").refused(2, "0 and 1", "2");
        tokens("2,six,3", "1,1,1", "0,1,0", "1,1,1").refused(2, "six");
        tokens("1".repeat(25), "1", "1", "1").refused(2, "--input-ids");
        String many = String.join(",", java.util.Collections.nCopies(33, "1"));
        tokens(many, many, many, many).refused(1, "at most 32 ids");
        segment("--input-ids", "2,3").refused(2, "--attention-mask");
        segment("--input-ids", "2,3", "--text", "ship").refused(2, "either --text or --input-ids");
        segment().refused(2, "either --text or --input-ids");
        segment("--text", "ship", "--object-mask", "1,1").refused(2, "belong to --input-ids");
        nothingIsWritten();
        tokens("2,6,3", "1,1,1", "0,1,0", "1,1,1").done();
    }

    @Test
    void options() throws IOException {
        segment("--text", "ship", "--threads", "0").refused(2, "--threads", "at least 1");
        segment("--text", "ship", "--threads", "-1").refused(2, "--threads", "at least 1");
        segment("--text", "ship", "--threads", "x").refused(2, "--threads", "x");
        segment("--text", "ship", "--device", "tpu").refused(2, "--device", "auto, cpu, cuda or cuda:N", "tpu");
        segment("--text", "ship", "--device", "cuda:x").refused(2, "--device", "cuda:x");
        segment("--text", "ship", "--colour", "red").refused(2, "--colour");
        segment("--text", "ship", "--dataset", "cats").refused(2, "--dataset", "cats");
        Cli.run("segment", "--text", "ship").refused(2, "--image");
        Cli.run("fly").refused(2, "fly");
        Cli.run().refused(2, "a command is needed");
        Cli.run("weights").refused(2, "show or convert");
        segment("--text", "ship", "harbor").refused(2, "swath: 'harbor' has no place here");
        Cli.run("summary").refused(2, "swath: Missing required argument");
        Path plain = Files.copy(model.resolve("model.safetensors"), folder.resolve("plain.safetensors"));
        Cli.run("segment", "--image", image, "--text", "ship", "--weights", plain, "--out", out)
                .refused(2, plain, "--vocab");
        nothingIsWritten();
    }

    /** In words of our own, whatever the type of the option is in the program. */
    @Test
    void valuesThatAreNoNumbersOrWords() throws IOException {
        String whole = "it must be a whole number, but is '";
        segment("--text", "ship", "--min-area", "1.5").refused(2, "--min-area", whole + "1.5'");
        segment("--text", "ship", "--bands", "1,,2").refused(2, "--bands", whole + "'");
        segment("--text", "ship", "--threads", "\u0663").refused(2, "--threads", whole);
        segment("--text", "ship", "--min-area", "99999999999").refused(2, "must lie between", "2147483647");
        tokens("2," + "9".repeat(30), "1,1", "1,1", "1,1").refused(2, "must lie between", "9223372036854775807");
        for (String value : List.of("abc", "0,5", "0.5f", "0x1p-1", "NaN", "Infinity", "1e999", "")) {
            segment("--text", "ship", "--threshold", value)
                    .refused(2, "--threshold", "must be a number such as 0.5, but is '" + value + "'");
        }
        segment("--text", "ship", "--dataset", "cats").refused(2, "must be refsegrs or rrsisd or risbench or both");
        segment("--text", "ship", "--probabilities", "png").refused(2, "it must be npy or tiff, but is 'png'");
        Cli.run("train", "--dataset", "synthetic-cats", "--out", out).refused(2, "synthetic-refsegrs or");
        nothingIsWritten();
        segment("--text", "ship", "--threshold", ".5e0", "--min-area", "+1", "--dataset", "RRSISD")
                .done();
    }

    /** What would be passed over without a word. */
    @Test
    void whatHasNoPlaceBesideAnother() throws IOException {
        Path vocabulary = model.resolve("vocab.txt");
        for (Object[] own :
                new Object[][] {{"--vocab", vocabulary}, {"--model-config", model.resolve("config.json")}}) {
            for (List<Object> command : List.<List<Object>>of(
                    List.of("segment", "--image", image, "--text", "ship", "--out", out),
                    List.of("evaluate", "--data", "none"),
                    List.of("inspect", "--image", image, "--text", "ship", "--out", out.resolve("a.html")),
                    List.of("pairs"))) {
                List<Object> args = new ArrayList<>(command);
                args.addAll(List.of("--weights", "bundled", own[0], own[1]));
                Cli.run(args.toArray()).refused(2, own[0], "no place beside the model inside");
            }
        }
        Cli.run("summary", "--weights", "bundled", "--model-config", model.resolve("config.json"))
                .refused(2, "--model-config", "no place beside the model inside");
        Cli.run("train", "--dataset", "synthetic", "--config", "compact", "--data", folder, "--out", out)
                .refused(2, "--data has no place beside --dataset synthetic");
        Cli.run("train", "--dataset", "synthetic", "--config", "compact", "--init-bert", image, "--out", out)
                .refused(2, "--init-bert must name a folder", image);
        nothingIsWritten();
    }

    @Test
    void loaderThreads() throws IOException {
        for (String command : List.of("train", "ablate")) {
            List<Object> args = new ArrayList<>(List.of(command, "--dataset", "synthetic", "--out", out));
            args.addAll(List.of("--vocab", model.resolve("vocab.txt"), "--config", folder.resolve("none.json")));
            args.addAll(command.equals("ablate") ? List.of("--steps", 1) : List.of());
            args.add("--loader-threads");
            for (int wrong : List.of(0, -3)) {
                args.add(wrong);
                Cli.run(args.toArray()).refused(2, "--loader-threads must be at least 1; got " + wrong);
                args.removeLast();
            }
            args.add("two");
            Cli.run(args.toArray()).refused(2, "--loader-threads", "two");
        }
        assertFalse(Files.exists(out));
    }

    /** The class path of this test has no CUDA backend. */
    @Test
    void aDeviceThatIsNotHere() throws IOException {
        segment("--text", "ship", "--device", "cuda").refused(1, "cuda was asked for but cannot be used here");
        segment("--text", "ship", "--device", "CUDA:1").refused(1, "cuda:1 was asked for but cannot be used here");
        nothingIsWritten();
    }

    /** A file where a folder is due, for a test may run as a user who may write everywhere. */
    @Test
    void placesThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        Path inside = file.resolve("deeper");
        // The image does not exist either: the place is found out first, before any work.
        for (Path place : List.of(file, inside)) {
            Cli.run("segment", "--image", "none.png", "--text", "ship", "--weights", "none", "--out", place)
                    .refused(1, place, "--out");
            Cli.run("demo", "--out", place).refused(1, place, "--out");
        }
        for (Path place : List.of(inside, folder.resolve("no/l.safetensors"), folder)) {
            Cli.run(
                            "segment",
                            "--image",
                            "none.png",
                            "--text",
                            "ship",
                            "--weights",
                            model,
                            "--out",
                            out,
                            "--save-logits",
                            place)
                    .refused(1, place, "--save-logits");
        }
        Cli.run("encode", "--bert", "none", "--text", "ship", "--out", inside).refused(1, inside, "--out");
        nothingIsWritten();
        assertEquals("x", Files.readString(file));
    }

    /** The place is looked at first, but a folder is made with the first file in it. */
    @Test
    void whatFailsLeavesNoFolder() throws IOException {
        Path above = out;
        out = above.resolve("deeper");
        Cli.run("evaluate", "--data", "none", "--weights", model, "--panels", 1, "--out", out)
                .refused(1, "none");
        Cli.run("evaluate", "--data", "none", "--weights", model, "--panels", 1, "--out", image.resolve("x"))
                .refused(1, image, "is no folder", "--out");
        for (String command : List.of("ablate", "compare")) {
            List<Object> args = new ArrayList<>(List.of(command, "--dataset", "rrsisd", "--data", "none"));
            args.addAll(List.of("--config", "compact", "--steps", 1, "--out", out));
            args.addAll(command.equals("compare") ? List.of("--networks", "fianet") : List.of());
            Cli.run(args.toArray()).refused(1, "none");
        }
        Cli.run("segment", "--image", "none.png", "--text", "ship", "--weights", model, "--out", out)
                .refused(1, "none.png");
        assertFalse(Files.exists(above));
        Path logits = out.resolve("l.safetensors");
        Cli done = segment("--text", "ship", "--save-logits", logits).done();
        assertTrue(done.out().contains(logits.toString()) && Files.size(logits) > 0, done.out());
    }

    /** Of a run that is refused before its first step nothing stays that was not there before. */
    @Test
    void aRefusedTrainingLeavesNothing() throws IOException {
        Path above = out;
        Path bert = Files.createDirectory(folder.resolve("bert"));
        Files.copy(model.resolve("vocab.txt"), bert.resolve("vocab.txt"));
        for (Path place : List.of(above.resolve("deeper"), Files.createDirectory(folder.resolve("there")))) {
            out = place;
            refusedTraining(1, "none.pth", "--init-model", "none.pth");
            refusedTraining(1, "none.pth", "--init-swin", "none.pth");
            refusedTraining(1, "none.txt", "--vocab", "none.txt");
            refusedTraining(1, bert, "--init-bert", bert);
            refusedTraining(1, "at least one step", "--vocab", model.resolve("vocab.txt"), "--resume");
            refusedTraining(1, "at least one step", "--batch", 99);
            assertFalse(Files.exists(above));
            for (List<Object> budget : List.<List<Object>>of(List.of("--steps", 1), List.of("--minutes", 1))) {
                for (String command : List.of("ablate", "compare")) {
                    List<Object> args = new ArrayList<>(List.of(command, "--dataset", "synthetic", "--synth-count", 4));
                    args.addAll(List.of("--synth-val", 2, "--init-swin", "none.pth", "--quiet", "--out", out));
                    args.addAll(budget);
                    args.addAll(command.equals("compare") ? List.of("--networks", "fianet") : List.of());
                    Cli refused = Cli.run(args.toArray());
                    assertEquals(1, refused.code(), refused.err());
                    assertTrue(refused.err().contains("none.pth"), refused.err());
                    nothingIsWritten();
                    assertFalse(Files.exists(above));
                }
            }
        }
        assertTrue(Files.isDirectory(out));
    }

    private void refusedTraining(int code, Object part, Object... more) throws IOException {
        List<Object> args = new ArrayList<>(List.of("train", "--dataset", "synthetic", "--config", "compact"));
        args.addAll(List.of("--synth-count", 4, "--synth-val", 2, "--out", out));
        args.addAll(List.of(more));
        Cli.run(args.toArray()).refused(code, part);
        nothingIsWritten();
    }

    /** The name that the user gave a value, not that of the file that it overrules. */
    @Test
    void valuesOfOptionsThatOverruleTheConfiguration() throws IOException {
        Path config = Files.writeString(folder.resolve("c.json"), "{\"epochs\": 3}");
        for (Object file : List.of("compact", config)) {
            List<Object> given = List.of("--config", file, "--vocab", model.resolve("vocab.txt"));
            wrong(given, "swath: --lr: learning_rate must be positive and finite; got -1.0", "--lr", -1);
            wrong(given, "swath: --weight-decay: weight_decay must not be negative", "--weight-decay", -1);
            wrong(given, "swath: --clip: clip must not be negative", "--clip", -0.5);
            wrong(given, "swath: --epochs: epochs must be at least 1; got 0", "--epochs", 0);
            wrong(given, "swath: --batch: batch must be at least 1; got -2", "--batch", -2);
            wrong(given, "swath: --accumulate: accumulate must be at least 1", "--accumulate", 0);
            wrong(given, "swath: --save-every: save_every must not be negative", "--save-every", -1);
            wrong(
                    given,
                    "swath: --augment: 'augment' must be one of [squares, turns]; got 'both'",
                    "--augment",
                    "both");
            wrong(
                    given,
                    "swath: --select-on: 'evaluation.select_on' must be one of [val, test]; got 'train'",
                    "--select-on",
                    "train");
            wrong(given, "swath: --multi-scale: 'model.multi_scale' must be one of", "--multi-scale", "x");
            wrong(given, "swath: --multi-scale: 'model.multi_scale'", "--network", "lavt", "--multi-scale", "cim");
        }
        Files.writeString(config, "{\"epochs\": 0}");
        Cli.run("train", "--dataset", "synthetic", "--config", config, "--out", out, "--lr", 1, "--vocab", "none")
                .refused(1, "none");
        Cli.run(
                        "train",
                        "--dataset",
                        "synthetic",
                        "--config",
                        config,
                        "--out",
                        out,
                        "--lr",
                        1,
                        "--vocab",
                        model.resolve("vocab.txt"))
                .refused(1, config + ": epochs must be at least 1; got 0");
        assertFalse(Files.exists(out));
    }

    private void wrong(List<Object> given, String sentence, Object... more) {
        List<Object> args = new ArrayList<>(List.of("train", "--dataset", "synthetic", "--out", out));
        args.addAll(given);
        args.addAll(List.of(more));
        Cli.run(args.toArray()).refused(2, sentence);
    }

    /** What a refusal lists is what is taken. */
    @Test
    void wordsThatAreListedAreTaken() {
        Cli.run("synth", "--format", "foo", "--out", out, "--count", 1)
                .refused(2, "it must be refsegrs or rrsisd, but is 'foo'");
        Cli.run("synth", "--format", "risbench", "--out", out, "--count", 1).refused(2, "but is 'risbench'");
        for (String command : List.of("check-data", "evaluate")) {
            List<Object> args = new ArrayList<>(List.of(command, "--dataset", "both", "--data", "none"));
            args.addAll(command.equals("evaluate") ? List.of("--weights", model) : List.of());
            Cli.run(args.toArray()).refused(2, "it must be refsegrs or rrsisd or risbench, but is 'both'");
        }
        for (String dataset : List.of("refsegrs", "rrsisd", "risbench", "both")) {
            Cli.run("summary", "--network", "fianet", "--dataset", dataset, "--depth", 1)
                    .done();
            Cli.run("parse", "--text", "the ship", "--dataset", dataset).done();
        }
        Cli.run("train", "--dataset", "synthetic", "--config", "compact", "--synth-val", 1, "--out", out)
                .refused(2, "--synth-val must be at least 2 for --dataset synthetic; got 1");
        assertFalse(Files.exists(out));
    }

    /** The model inside stands for weights only. */
    @Test
    void theWordForTheModelInside() {
        String type = "'swath summary --weights bundled'";
        Cli.run("weights", "show", "bundled").refused(2, "FILE must name a file, but 'bundled' stands for", type);
        Cli.run("weights", "convert", "bundled", out + ".pth").refused(2, "IN must name a file", type);
        Cli.run("encode", "--bert", "bundled", "--text", "ship", "--out", out).refused(2, "--bert must name", type);
        Cli.run("parse", "--text", "ship", "--vocab", "bundled").refused(2, "--vocab must name a file", type);
        for (String option : List.of("--init-model", "--init-swin", "--init-bert", "--config")) {
            Cli.run("train", "--dataset", "synthetic", "--vocab", "v", option, "bundled", "--out", out)
                    .refused(2, option + " must name a file", type);
        }
        assertFalse(Files.exists(out));
    }

    @Test
    void filesOfTheSystem() {
        if (Files.isReadable(Path.of("/proc/self/mem"))) {
            Cli.run("weights", "show", "/proc/self/mem").refused(1, "cannot be read");
            Cli.run("weights", "show", "/proc/self/status").refused(1, "a file of the system that tells no size");
            Cli.run("segment", "--image", "/proc/self/status", "--text", "a", "--weights", model, "--out", out)
                    .refused(1, "no image of a kind that is read");
            Cli.run("segment", "--image", "/proc/self/mem", "--text", "a", "--weights", model, "--out", out)
                    .refused(1, "the file cannot be read");
        }
    }

    @Test
    void taggersAndMasksFromFiles() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.json"), "{\"weights\": 3}");
        segment("--text", "ship", "--tagger", bad).refused(1, bad, "weights");
        segment("--text", "ship", "--tagger", folder.resolve("no.json")).refused(1, "no.json");
        segment("--text", "ship", "--masks-file", bad).refused(1, bad, "sentence");
        segment("--text", "ship", "--masks-file", folder.resolve("no.json")).refused(1, "no.json", "does not exist");
        Path uneven = Files.writeString(
                folder.resolve("uneven.json"),
                "{\"sentence\":\"ship\",\"ids\":[2,6,3],\"context_mask\":[1,1],\"object_mask\":[0,1,0],\"position_mask\":[1,1,1]}");
        segment("--text", "ship", "--masks-file", uneven).refused(1, uneven, "same length");
        segment("--text", "road", "--masks-file", uneven).refused(1, uneven, "same length");
        Files.writeString(
                uneven, Files.readString(uneven).replace("[0,1,0]", "[0,2,0]").replace("[1,1]", "[1,1,1]"));
        segment("--text", "ship", "--masks-file", uneven).refused(1, uneven, "0 and 1");
        nothingIsWritten();
    }

    @Test
    void aTraceOnlyWhenItIsAskedFor() {
        Cli plain = segment("--text", "ship", "--device", "cuda");
        assertFalse(plain.err().contains("\tat "), plain.err());
        Cli debug = segment("--text", "ship", "--device", "cuda", "--debug");
        assertTrue(debug.err().contains("\tat "), debug.err());
    }
}
