package dev.swath.fianet.cli;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * How far a long piece of work has come: one line that is written over on a terminal, else nothing. Safe for use by many
 * threads.
 */
final class Progress implements AutoCloseable {
    private static final long PERIOD_NANOS = 200_000_000L;
    private static final String CLEAR = "\r\033[K";

    private final PrintWriter err;
    private final String what;
    private final int total;
    private final Terminal terminal;
    private final long start = System.nanoTime();
    private long last = start - PERIOD_NANOS;
    private int shown;

    /** Work on {@code total} things, named by {@code what} in the plural. */
    Progress(PrintWriter err, String what, int total) {
        this(err, what, total, Terminal.ofStderr());
    }

    Progress(PrintWriter err, String what, int total, Terminal terminal) {
        this.err = err;
        this.what = what;
        this.total = total;
        this.terminal = terminal;
    }

    /** So many are done; calls may come out of order. */
    synchronized void done(int count) {
        long now = System.nanoTime();
        if (!terminal.live() || count <= shown || (count < total && now - last < PERIOD_NANOS)) {
            return;
        }
        last = now;
        shown = count;
        double rate = count / Math.max(1e-9, (now - start) / 1e9);
        String line = String.format(
                Locale.ROOT,
                rate < 9.95
                        ? "swath: %d of %d %s, %.1f a second, %s left"
                        : "swath: %d of %d %s, %.0f a second, %s left",
                count,
                total,
                what,
                rate,
                TrainingProgress.time((total - count) / rate));
        err.print("\r" + terminal.fit(line) + "\033[K");
        err.flush();
    }

    /** A line of its own, above the one that is written over. */
    synchronized void say(String line) {
        err.println((terminal.live() ? CLEAR : "") + line);
        err.flush();
        shown = Math.min(shown, total - 1);
        last -= PERIOD_NANOS;
    }

    /** Clears the line. */
    @Override
    public synchronized void close() {
        if (terminal.live()) {
            err.print(CLEAR);
            err.flush();
        }
    }
}
