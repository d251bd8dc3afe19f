package dev.swath.fianet.train;

import dev.swath.files.AtomicFile;
import dev.swath.files.FileFaults;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.nn.train.TrainingException;
import dev.swath.nn.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * {@code metrics.jsonl} and {@code metrics.csv} of a run: one line a step and one an evaluation, appended as they happen.
 * When a run goes on from a checkpoint, the lines that it will write again are taken out first, so that none stands there twice.
 */
final class MetricsLog implements TrainingListener, AutoCloseable {
    private static final List<String> COLUMNS = List.of(
            "kind",
            "step",
            "epoch",
            "loss",
            "learning_rate",
            "samples_per_second",
            "memory_mib",
            "mIoU",
            "oIoU",
            "Pr@0.5",
            "Pr@0.6",
            "Pr@0.7",
            "Pr@0.8",
            "Pr@0.9");

    private static final String STEP = "step";
    private static final String EVALUATION = "evaluation";

    private final RunFolder folder;
    private final Path jsonl;
    private final Path csv;
    private final FileChannel jsonlOut;
    private final FileChannel csvOut;
    private final List<Map<String, Object>> records;

    private MetricsLog(RunFolder folder, Path jsonl, Path csv, List<Map<String, Object>> records) throws IOException {
        this.folder = folder;
        this.jsonl = jsonl;
        this.csv = csv;
        this.records = records;
        this.jsonlOut = FileChannel.open(jsonl, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        this.csvOut = FileChannel.open(csv, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * Opens both files in the folder and takes out everything after {@code steps}, and the evaluation of that step if it is still
     * to come.
     */
    static MetricsLog open(RunFolder folder, long steps, boolean evaluationDue) {
        Path jsonl = folder.resolve("metrics.jsonl");
        Path csv = folder.resolve("metrics.csv");
        try {
            List<Map<String, Object>> kept =
                    steps == 0 || !Files.exists(jsonl) ? new ArrayList<>() : read(jsonl, steps, evaluationDue);
            StringBuilder lines = new StringBuilder();
            StringBuilder table = new StringBuilder(String.join(",", COLUMNS)).append('\n');
            for (Map<String, Object> record : kept) {
                lines.append(Json.write(record, false)).append('\n');
                table.append(row(record)).append('\n');
            }
            AtomicFile.write(jsonl, lines.toString().getBytes(StandardCharsets.UTF_8));
            AtomicFile.write(csv, table.toString().getBytes(StandardCharsets.UTF_8));
            return new MetricsLog(folder, jsonl, csv, kept);
        } catch (IOException e) {
            throw folder.failure(jsonl, e);
        } catch (UncheckedIOException e) {
            throw folder.failure(jsonl, e.getCause());
        }
    }

    private static List<Map<String, Object>> read(Path jsonl, long steps, boolean evaluationDue) {
        List<String> lines;
        try {
            lines = Files.readAllLines(jsonl);
        } catch (IOException e) {
            throw damaged(jsonl, "", FileFaults.reason(e));
        }
        List<Map<String, Object>> kept = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            try {
                Map<String, Object> record = Json.parseObject(lines.get(i));
                long step = Json.asLong(record.get("step"), "step");
                boolean evaluated = EVALUATION.equals(record.get("kind"));
                if (step < steps || step == steps && !(evaluated && evaluationDue)) {
                    kept.add(record);
                }
            } catch (JsonException e) {
                if (i < lines.size() - 1) { // else the process died while it wrote this line
                    throw damaged(jsonl, ", line " + (i + 1), String.valueOf(e.getMessage()));
                }
            }
        }
        return kept;
    }

    private static TrainingException damaged(Path jsonl, String line, String reason) {
        return new TrainingException("[train] " + Quoted.path(jsonl) + line + " is damaged: " + Quoted.rule(reason)
                + "; put it right, or move the file away to go on without what it says");
    }

    /** All records so far, each as it stands in its line. */
    List<Map<String, Object>> records() {
        return Collections.unmodifiableList(records);
    }

    /** The records of one kind: {@code step} or {@code evaluation}. */
    static Predicate<Map<String, Object>> kind(String kind) {
        return r -> kind.equals(r.get("kind"));
    }

    @Override
    public void onStep(Step e) {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("kind", STEP);
        record.put("step", e.steps());
        record.put("epoch", (long) e.epoch());
        record.put("loss", e.result().loss());
        record.putAll(e.result().parts());
        record.put("learning_rate", e.result().learningRate());
        record.put("samples_per_second", Math.round(e.samplesPerSecond() * 1000) / 1000.0);
        record.put("memory_mib", e.memoryBytes() >> 20);
        append(record);
    }

    @Override
    public void onEpoch(Epoch e) {
        if (e.metrics().isEmpty()) {
            return;
        }
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("kind", EVALUATION);
        record.put("step", e.steps());
        record.put("epoch", (long) e.epoch());
        record.putAll(e.metrics());
        append(record);
    }

    private void append(Map<String, Object> record) {
        records.add(record);
        append(jsonlOut, jsonl, Json.write(record, false));
        append(csvOut, csv, row(record));
    }

    private void append(FileChannel channel, Path file, String line) {
        try {
            AtomicFile.put(channel, ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw folder.failure(file, e);
        }
    }

    private static String row(Map<String, Object> record) {
        return String.join(
                ",",
                COLUMNS.stream()
                        .map(c -> record.containsKey(c) ? String.valueOf(record.get(c)) : "")
                        .toList());
    }

    @Override
    public void close() {
        try {
            jsonlOut.close();
            csvOut.close();
        } catch (IOException e) {
            throw folder.failure(jsonl, e);
        }
    }
}
