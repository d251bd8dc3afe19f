package dev.swath.fianet.cli;

import dev.swath.fianet.train.TrainingRun;
import dev.swath.files.Unfinished;
import dev.swath.nn.train.TrainingListener;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A training that saves before the process ends where that is asked to end: by Ctrl-C, or by a signal that asks. */
final class Interruptible {
    private Interruptible() {}

    /**
     * Runs it to its end, or to the end of the step in which the process was asked to end.
     *
     * @param progress is told that it stops, and why it failed if the process ends before its caller can tell
     */
    static TrainingListener.End run(
            TrainingRun training, TrainingProgress progress, List<? extends TrainingListener> listeners) {
        CountDownLatch saved = new CountDownLatch(1);
        Thread onInterrupt = new Thread(() -> {
            progress.say("stopping after this step ...");
            training.requestStop();
            awaitQuietly(saved);
        });
        try (Unfinished.Hold _ = Unfinished.hold()) { // what is being written is finished, not deleted
            Runtime.getRuntime().addShutdownHook(onInterrupt);
            try {
                return training.run(List.copyOf(listeners));
            } catch (RuntimeException e) {
                if (!removed(onInterrupt)) {
                    progress.say(Errors.sentence(e).replaceFirst("^swath: ", ""));
                }
                throw e;
            } finally {
                saved.countDown();
                removed(onInterrupt);
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the hook off, and says whether that was possible: not once the process is ending. */
    private static boolean removed(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            return true;
        } catch (IllegalStateException _) {
            return false;
        }
    }
}
