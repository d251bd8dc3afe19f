package dev.swath.fianet;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.kernels.Backend;
import dev.swath.tensor.Tensor;

/**
 * Runs the kernels on a tiny network in a thread of its own, until it is closed but not for long, so that the JVM has
 * compiled them by the time they are needed: reading a large checkpoint leaves a processor idle for just long enough. For
 * programs that segment once; one that stays calls {@link ReferringSegmenter#warmUp} instead.
 */
public final class KernelWarmUp implements AutoCloseable {
    private static final int SIDE = 96;
    private static final int WORDS = 20;

    /** Most of the gain comes early, and longer passes would take from the reading what they save later. */
    private static final long LIMIT_NANOS = 1_500_000_000L;

    /** A small model is read before the kernels are compiled, which these passes ask for in less time than its own first one would. */
    private static final int LEAST_PASSES = 2;

    private final Backend backend;
    private final Thread thread;
    private volatile boolean stopped;

    private KernelWarmUp(Backend backend) {
        this.backend = backend;
        // What fails here, as in a heap too small, fails again where it is waited for, and is told there.
        this.thread = Thread.ofPlatform()
                .name("swath-warm-up")
                .daemon()
                .uncaughtExceptionHandler((_, _) -> {})
                .unstarted(this::run);
    }

    /** Begins at once. */
    public static KernelWarmUp start(Backend backend) {
        KernelWarmUp warmUp = new KernelWarmUp(backend);
        warmUp.thread.start();
        return warmUp;
    }

    private void run() {
        NetworkConfig config = Networks.standard().warmUp().orElse(null);
        if (config == null) {
            return;
        }
        ReferringNetwork network = config.create();
        network.initialise(new RandomSource(0));
        network.prepare(backend);
        Workspace workspace = new Workspace(backend);
        SentenceBatch sentence = SentenceBatch.blank(1, WORDS);
        Tensor image = Tensor.zeros(1, SIDE, SIDE, 3);
        long start = System.nanoTime();
        for (int n = 0; n < LEAST_PASSES || !stopped && System.nanoTime() - start < LIMIT_NANOS; n++) {
            Tape tape = Tape.inference(Tape.Options.of(backend).withWorkspace(workspace));
            network.answer(tape, image, sentence, Tensor::shape);
        }
    }

    /** Lets the pass that is running end, and the first ones, and waits for them. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
