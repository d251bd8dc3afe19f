package dev.swath.fianet.cli;

import java.io.PrintWriter;

/**
 * How far a long piece of work has come: one line that is written over on a terminal, else nothing. Safe for use by many
 * threads.
 */
final class Progress implements AutoCloseable {
    private static final long PERIOD_NANOS = 200_000_000L;

    private final PrintWriter err;
    private final String what;
    private final int total;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private long last;
    private int shown;

    /** Work on {@code total} things, named by {@code what} in the plural. */
    Progress(PrintWriter err, String what, int total) {
        this.err = err;
        this.what = what;
        this.total = total;
        this.terminal = System.console() != null && System.console().isTerminal() && System.getenv("CI") == null;
    }

    /** So many are done; calls may come out of order. */
    synchronized void done(int count) {
        long now = System.nanoTime();
        if (!terminal || count <= shown || (count < total && now - last < PERIOD_NANOS)) {
            return;
        }
        last = now;
        shown = count;
        double rate = count / Math.max(1e-9, (now - start) / 1e9);
        err.printf(
                "\rswath: %d of %d %s, %.0f a second, %.0f s left \033[K",
                count, total, what, rate, (total - count) / rate);
        err.flush();
    }

    /** Clears the line. */
    @Override
    public synchronized void close() {
        if (terminal) {
            err.print("\r\033[K");
            err.flush();
        }
    }
}
