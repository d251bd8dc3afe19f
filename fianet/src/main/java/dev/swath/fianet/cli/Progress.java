package dev.swath.fianet.cli;

import java.io.Console;
import java.io.PrintWriter;

/** A line that counts, on a terminal only. Thread-safe. */
final class Progress {
    private final PrintWriter out;
    private final int total;
    private final boolean visible;
    private int shown;

    Progress(PrintWriter out, int total) {
        Console console = System.console();
        this.out = out;
        this.total = total;
        this.visible = console != null && console.isTerminal();
    }

    /** That many are done; calls may come out of order. */
    synchronized void done(int n) {
        if (visible && n > shown) {
            shown = n;
            out.print("\r" + n + " of " + total);
            out.flush();
        }
    }

    /** Leaves the line. */
    synchronized void end() {
        if (visible) {
            out.println();
        }
    }
}
