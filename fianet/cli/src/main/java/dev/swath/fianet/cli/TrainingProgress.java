package dev.swath.fianet.cli;

import dev.swath.nn.train.TrainingListener;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells how a training goes: a bar that stays in its line on a terminal, else a line every ten seconds. */
final class TrainingProgress implements TrainingListener {
    /** How to tell. */
    enum Mode {
        /** A bar, with colour. */
        COLOUR,
        /** A bar. */
        BAR,
        /** Lines. */
        LINES,
        /** Nothing but evaluations' and the end's results. */
        QUIET;

        /** What suits where standard error goes to, and the environment's wishes. */
        static Mode of(boolean quiet, Map<String, String> environment, boolean terminal) {
            if (quiet) {
                return QUIET;
            }
            if (!terminal || environment.containsKey("CI") || "dumb".equals(environment.get("TERM"))) {
                return LINES;
            }
            String noColour = environment.getOrDefault("NO_COLOR", "");
            return noColour.isEmpty() ? COLOUR : BAR;
        }
    }

    private static final int MOST_CELLS = 20;
    private static final int FEWEST_CELLS = 8;
    private static final long BETWEEN_LINES = 10_000_000_000L;
    private static final long BETWEEN_BARS = 100_000_000L;

    private final PrintWriter err;
    private final Mode mode;
    private final Terminal terminal;
    private long total;
    private int epochs;
    private long last;
    private boolean open;

    TrainingProgress(PrintWriter err, Mode mode, Terminal terminal) {
        this.err = err;
        this.mode = mode;
        this.terminal = terminal;
    }

    /** On standard error, in the way that suits it. */
    static TrainingProgress of(PrintWriter err, boolean quiet) {
        Terminal terminal = Terminal.ofStderr();
        return new TrainingProgress(err, Mode.of(quiet, System.getenv(), terminal.live()), terminal);
    }

    @Override
    public void onBegin(Begin e) {
        total = e.plan().lastStep();
        epochs = e.plan().epochs();
        last = System.nanoTime() - BETWEEN_LINES;
    }

    @Override
    public void onStep(Step e) {
        long now = System.nanoTime();
        boolean end = e.steps() == total;
        switch (mode) {
            case QUIET -> {}
            case LINES -> {
                if (end || now - last >= BETWEEN_LINES) {
                    last = now;
                    err.println("swath: " + String.join(" ", parts(e)));
                    err.flush();
                }
            }
            case BAR, COLOUR -> {
                if (end || now - last >= BETWEEN_BARS) {
                    last = now;
                    err.print("\r" + bar(e) + "\033[K");
                    err.flush();
                    open = true;
                }
            }
        }
    }

    /** A bar and behind it the numbers, on one line: where it is short, without those that matter least. */
    private String bar(Step e) {
        List<String> parts = new ArrayList<>(parts(e));
        for (String less : List.of(memory(e.memoryBytes()), rate(e), samples(e))) {
            if (cells(parts) < FEWEST_CELLS) {
                parts.remove(less);
            }
        }
        int cells = Math.min(MOST_CELLS, cells(parts));
        if (cells < FEWEST_CELLS) {
            return terminal.fit(String.join(" ", parts));
        }
        int filled = (int) (cells * e.steps() / Math.max(1, total));
        String done = "#".repeat(filled);
        String rest = ".".repeat(cells - filled);
        String bar = mode == Mode.COLOUR ? "[\033[32m" + done + "\033[0m" + rest + "]" : "[" + done + rest + "]";
        return bar + " " + String.join(" ", parts);
    }

    /** How many fit before the numbers; the last column stays free, for some terminals begin a new line there. */
    private int cells(List<String> parts) {
        return terminal.columns() - 1 - 3 - String.join(" ", parts).length();
    }

    private List<String> parts(Step e) {
        return List.of(
                "epoch " + e.epoch() + "/" + epochs,
                "step " + e.steps() + "/" + total,
                String.format(Locale.ROOT, "loss %.4f", e.result().loss()),
                rate(e),
                samples(e),
                memory(e.memoryBytes()),
                time(e.secondsLeft()) + " left");
    }

    private static String rate(Step e) {
        return String.format(Locale.ROOT, "lr %.2e", e.result().learningRate());
    }

    private static String samples(Step e) {
        return String.format(Locale.ROOT, "%.1f samples/s", e.samplesPerSecond());
    }

    private static String memory(long bytes) {
        return bytes >= 1L << 30
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30))
                : (bytes >> 20) + " MiB";
    }

    /** Hours and minutes, or minutes and seconds. */
    static String time(double seconds) {
        long s = Math.round(seconds);
        return s >= 3600
                ? String.format(Locale.ROOT, "%dh%02dm", s / 3600, s / 60 % 60)
                : String.format(Locale.ROOT, "%dm%02ds", s / 60, s % 60);
    }

    @Override
    public void onEpoch(Epoch e) {
        if (!e.metrics().isEmpty()) {
            say("epoch " + e.epoch() + ": "
                    + e.metrics().entrySet().stream()
                            .map(m -> String.format(Locale.ROOT, "%s %.2f", m.getKey(), m.getValue()))
                            .collect(Collectors.joining(", ")));
        }
    }

    /** A line of its own. */
    void say(String text) {
        if (open) {
            err.print("\r\033[K");
            open = false;
        }
        err.println("swath: " + text);
        err.flush();
    }
}
