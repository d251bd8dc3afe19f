package dev.swath.fianet.train;

import dev.swath.files.AtomicFile;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.nn.train.TrainingListener;
import java.io.IOException;
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
 * When a run goes on from a checkpoint, lines of later steps are taken out first, so that none stands there twice.
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

    private final Path jsonl;
    private final Path csv;
    private final FileChannel jsonlOut;
    private final FileChannel csvOut;
    private final List<Map<String, Object>> records;

    private MetricsLog(Path jsonl, Path csv, List<Map<String, Object>> records) throws IOException {
        this.jsonl = jsonl;
        this.csv = csv;
        this.records = records;
        this.jsonlOut = FileChannel.open(jsonl, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        this.csvOut = FileChannel.open(csv, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Opens both files in the folder and takes out everything after {@code steps}. */
    static MetricsLog open(RunFolder folder, long steps) {
        Path jsonl = folder.resolve("metrics.jsonl");
        Path csv = folder.resolve("metrics.csv");
        try {
            List<Map<String, Object>> kept =
                    steps == 0 || !Files.exists(jsonl) ? new ArrayList<>() : read(jsonl, steps);
            StringBuilder lines = new StringBuilder();
            StringBuilder table = new StringBuilder(String.join(",", COLUMNS)).append('\n');
            for (Map<String, Object> record : kept) {
                lines.append(Json.write(record, false)).append('\n');
                table.append(row(record)).append('\n');
            }
            AtomicFile.write(jsonl, lines.toString().getBytes(StandardCharsets.UTF_8));
            AtomicFile.write(csv, table.toString().getBytes(StandardCharsets.UTF_8));
            return new MetricsLog(jsonl, csv, kept);
        } catch (IOException e) {
            throw RunFolder.failure(jsonl, e);
        }
    }

    private static List<Map<String, Object>> read(Path jsonl, long steps) throws IOException {
        List<Map<String, Object>> kept = new ArrayList<>();
        List<String> lines = Files.readAllLines(jsonl);
        for (int i = 0; i < lines.size(); i++) {
            Map<String, Object> record;
            try {
                record = Json.parseObject(lines.get(i));
                if (Json.asLong(record.get("step"), "step") > steps) {
                    return kept;
                }
            } catch (JsonException e) {
                if (i == lines.size() - 1) {
                    return kept; // the process died while it wrote this line
                }
                throw new JsonException("[train] " + jsonl + ", line " + (i + 1) + " is damaged: " + e.getMessage());
            }
            kept.add(record);
        }
        return kept;
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
        record.put("kind", "step");
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
        record.put("kind", "evaluation");
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

    private static void append(FileChannel channel, Path file, String line) {
        try {
            AtomicFile.put(channel, ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw RunFolder.failure(file, e);
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
            throw RunFolder.failure(jsonl, e);
        }
    }
}
