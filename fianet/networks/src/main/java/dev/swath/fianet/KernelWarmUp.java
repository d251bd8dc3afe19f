package dev.swath.fianet;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.FiaNet;
import dev.swath.fianet.model.FiaNetConfig;
import dev.swath.kernels.Backend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

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

    private final Backend backend;
    private final Thread thread;
    private volatile boolean stopped;

    private KernelWarmUp(Backend backend) {
        this.backend = backend;
        this.thread = Thread.ofPlatform().name("swath-warm-up").daemon().unstarted(this::run);
    }

    /** Begins at once. */
    public static KernelWarmUp start(Backend backend) {
        KernelWarmUp warmUp = new KernelWarmUp(backend);
        warmUp.thread.start();
        return warmUp;
    }

    /** Small everywhere, but with the widths of a head and the windows of the published models. */
    private static FiaNetConfig config() {
        return new FiaNetConfig(
                new SwinConfig(16, List.of(2, 1, 1, 1), List.of(1, 1, 2, 4), 12, 4, 4, 0),
                new BertConfig(8, 128, 1, 2, 256, WORDS, 1, 0, 1e-12),
                List.of(1, 1, 1, 1),
                1,
                0,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
    }

    private void run() {
        FiaNet network = new FiaNet(config());
        network.initialise(new RandomSource(0));
        network.prepare(backend);
        Workspace workspace = new Workspace(backend);
        Tensor ids = Tensor.of(new long[WORDS], 1, WORDS);
        float[] ones = new float[WORDS];
        Arrays.fill(ones, 1);
        Var mask = Var.constant(Tensor.of(ones, 1, WORDS));
        Var image = Var.constant(Tensor.zeros(1, SIDE, SIDE, 3));
        long start = System.nanoTime();
        while (!stopped && System.nanoTime() - start < LIMIT_NANOS) {
            Tape tape = Tape.inference(Tape.Options.of(backend).withWorkspace(workspace));
            try (Tape.Scope _ = tape.enter("")) {
                network.forward(tape, image, ids, mask, mask, mask);
            }
        }
    }

    /** Lets the pass that is running end, and waits for it. */
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
