package dev.swath.fianet.cli;

import dev.swath.fianet.SegmentationResult;
import dev.swath.files.AtomicFile;
import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What becomes of the answers of {@code swath segment}: a line for the reader, the names of the files for a program, and of
 * several answers a row each in {@code results.csv}, which is there, as far as it goes, also if the work is interrupted.
 */
final class Answers implements AutoCloseable {
    private static final List<String> HEADINGS = List.of(
            "image",
            "sentence",
            "found",
            "area",
            "share",
            "score",
            "left",
            "top",
            "right",
            "bottom",
            "backend",
            "seconds",
            "mask",
            "error");
    private static final long BETWEEN_TABLES = 5_000_000_000L;

    private final PrintWriter out;
    private final Work work;
    private final Path folder;
    private final String backend;
    private final Progress progress;
    private final List<List<String>> rows = new ArrayList<>();
    private long written = System.nanoTime();
    private double loadSeconds;
    private int done;
    private int failed;

    Answers(CommandSpec spec, Work work, Path folder, String backend) {
        rows.add(HEADINGS);
        this.out = spec.commandLine().getOut();
        this.work = work;
        this.folder = folder;
        this.backend = backend;
        Terminal terminal = work.single() ? new Terminal(false, Terminal.COLUMNS) : Terminal.ofStderr();
        this.progress = new Progress(spec.commandLine().getErr(), "answers", work.answers(), terminal);
    }

    /** How long it took to open the model. */
    void loaded(double seconds) {
        loadSeconds = seconds;
    }

    double loadSeconds() {
        return loadSeconds;
    }

    /** The file of a picture. */
    Path file(int picture) {
        return work.pictures().get(picture).file();
    }

    /** A line for the reader. */
    void say(String line) {
        progress.say(line);
    }

    /** An answer is there; the function writes its files with the prefix that it is given, and names them. */
    void answered(
            int picture,
            int sentence,
            String text,
            SegmentationResult r,
            double seconds,
            Function<String, List<Path>> writer) {
        String prefix = work.prefix(picture, sentence);
        Outputs.created(folder.resolve(prefix + Outputs.MASK).getParent());
        List<Path> files = writer.apply(prefix);
        say(Outputs.sentence(Quoted.path(file(picture)), text, r, backend));
        files.forEach(out::println);
        out.flush();
        int[] b = r.bounds();
        row(List.of(
                file(picture).toString(),
                text,
                String.valueOf(r.area() > 0),
                String.valueOf(r.area()),
                decimal((double) r.area() / r.mask().length),
                decimal(r.score()),
                String.valueOf(b[0]),
                String.valueOf(b[1]),
                String.valueOf(b[2]),
                String.valueOf(b[3]),
                backend,
                decimal(seconds),
                prefix + Outputs.MASK,
                ""));
        progress.done(++done);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    /** A picture cannot be read: alone it ends the command, among others it is told. */
    void failed(int picture, RuntimeException e) {
        if (work.pictures().size() == 1) {
            throw e;
        }
        failed++;
        say(Errors.sentence(e));
        List<String> sentences = work.pictures().get(picture).sentences();
        for (String text : sentences.isEmpty() ? List.of("") : sentences) {
            List<String> row = new ArrayList<>(List.of(file(picture).toString(), text));
            while (row.size() < HEADINGS.size() - 1) {
                row.add("");
            }
            row.add(Errors.sentence(e).replaceFirst("^swath: ", ""));
            row(row);
            progress.done(++done);
        }
    }

    private void row(List<String> row) {
        rows.add(row);
        if (System.nanoTime() - written > BETWEEN_TABLES) {
            writeTable();
        }
    }

    private void writeTable() {
        Path table = Outputs.created(folder).resolve("results.csv");
        AtomicFile.write(table, Csv.text(rows).getBytes(StandardCharsets.UTF_8));
        written = System.nanoTime();
    }

    /** Names the table, and returns the exit code. */
    int end() {
        if (!work.single()) {
            writeTable();
            out.println(folder.resolve("results.csv"));
            out.flush();
        }
        if (failed > 0) {
            say("swath: " + failed + " of " + Counted.of(work.pictures().size(), "image")
                    + " could not be read; results.csv says why.");
        }
        return failed > 0 ? 1 : 0;
    }

    @Override
    public void close() {
        progress.close();
    }
}
