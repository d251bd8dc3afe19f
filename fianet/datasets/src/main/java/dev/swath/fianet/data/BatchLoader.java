package dev.swath.fianet.data;

import dev.swath.files.Counted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The batches of one epoch, read, augmented and encoded ahead of time by threads of its own. Which samples a batch holds
 * and what is drawn for each depends on seed, epoch and sample only, never on the number of threads. For the thread that
 * trains; close it to end its threads, at the end or in the middle.
 */
public final class BatchLoader implements Iterator<Batch>, AutoCloseable {
    /**
     * How batches are made.
     *
     * @param batchSize samples a batch
     * @param seed of the order and of all that is drawn
     * @param epoch which has its own order
     * @param firstStep number of the first batch to give; earlier ones are skipped without being read
     * @param shuffle a new uniform order each epoch, or the data set's own
     * @param dropLast whether a last batch with too few samples is left out
     * @param augmentations applied in this order
     * @param threads that read, at least 1
     */
    public record Options(
            int batchSize,
            long seed,
            int epoch,
            int firstStep,
            boolean shuffle,
            boolean dropLast,
            List<Augmentation> augmentations,
            int threads) {
        /** Threads that read unless another number is asked for. */
        public static final int THREADS = 2;

        /** Copies and checks. */
        public Options {
            augmentations = List.copyOf(augmentations);
            if (batchSize < 1 || threads < 1 || epoch < 0 || firstStep < 0) {
                throw new IllegalArgumentException("[loader] batch size and threads must be at least 1, epoch and first"
                        + " step at least 0; got " + batchSize + ", " + threads + ", " + epoch + " and " + firstStep);
            }
        }

        /** As the published training reads: shuffled, the last partial batch left out, nothing augmented, {@link #THREADS} threads. */
        public static Options training(int batchSize, long seed, int epoch) {
            return new Options(batchSize, seed, epoch, 0, true, true, List.of(), THREADS);
        }

        /** From another first step. */
        public Options withFirstStep(int step) {
            return new Options(batchSize, seed, epoch, step, shuffle, dropLast, augmentations, threads);
        }

        /** With augmentations. */
        public Options withAugmentations(List<Augmentation> list) {
            return new Options(batchSize, seed, epoch, firstStep, shuffle, dropLast, list, threads);
        }

        /** With another number of threads. */
        public Options withThreads(int n) {
            return new Options(batchSize, seed, epoch, firstStep, shuffle, dropLast, augmentations, n);
        }

        /** Batches in an epoch over that many samples. */
        public int steps(int samples) {
            return dropLast ? samples / batchSize : Math.ceilDiv(samples, batchSize);
        }
    }

    /** Batches that are being read beyond the one that is waited for. */
    private static final int AHEAD = 2;

    private final ReferringDataset dataset;
    private final SampleEncoder encoder;
    private final Options options;
    private final int[] order;
    private final int steps;
    private final ExecutorService threads;
    private final Deque<List<Future<SampleEncoder.Encoded>>> pending = new ArrayDeque<>();
    private int submitted;
    private int step;

    /** Starts reading. */
    public BatchLoader(ReferringDataset dataset, SampleEncoder encoder, Options options) {
        this.dataset = dataset;
        this.encoder = encoder;
        this.options = options;
        this.steps = options.steps(dataset.size());
        if (steps == 0) {
            throw new DataException(
                    "[loader] the split '" + dataset.split().key() + "' must hold at least one batch of "
                            + Counted.of(options.batchSize, "sample") + "; it has " + dataset.size());
        }
        this.order = order(dataset.size(), options);
        this.step = options.firstStep;
        this.submitted = step;
        AtomicInteger number = new AtomicInteger();
        long inFlight = (1L + AHEAD) * options.batchSize; // samples; more threads than that would only wait
        this.threads = Executors.newFixedThreadPool((int) Math.min(options.threads, inFlight), r -> {
            Thread t = new Thread(r, "swath-loader-" + number.incrementAndGet());
            t.setDaemon(true);
            return t;
        });
        submit();
    }

    private static int[] order(int n, Options options) {
        if (options.shuffle) {
            return Order.ofEpoch(n, options.seed, options.epoch);
        }
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        return order;
    }

    private void submit() {
        while (submitted < steps && submitted <= step + AHEAD) {
            int from = submitted * options.batchSize;
            int to = Math.min(from + options.batchSize, order.length);
            List<Future<SampleEncoder.Encoded>> rows = new ArrayList<>();
            for (int i = from; i < to; i++) {
                int index = order[i];
                rows.add(threads.submit(() -> row(index)));
            }
            pending.add(rows);
            submitted++;
        }
    }

    private SampleEncoder.Encoded row(int index) {
        try {
            SplittableRandom random = Order.random(options.seed, options.epoch, index);
            Sample sample = dataset.read(index, random.split());
            for (Augmentation a : options.augmentations) {
                sample = a.apply(sample, index, random.split());
            }
            return encoder.encode(sample);
        } catch (DataException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new DataException(
                    "[loader] triplet " + index + " of the split '"
                            + dataset.split().key()
                            + "' cannot be read, for a reason that was not foreseen; run again with"
                            + " --debug",
                    e);
        }
    }

    /** Number of the next batch in its epoch. */
    public int step() {
        return step;
    }

    /** Batches in the epoch, those skipped included. */
    public int steps() {
        return steps;
    }

    @Override
    public boolean hasNext() {
        return step < steps;
    }

    /** The next batch; throws the {@link DataException} of the first of its samples that cannot be read. */
    @Override
    public Batch next() {
        List<Future<SampleEncoder.Encoded>> rows = pending.poll();
        if (rows == null) {
            throw new NoSuchElementException("[loader] the epoch has " + steps + " batches and is over");
        }
        List<SampleEncoder.Encoded> encoded = new ArrayList<>();
        for (Future<SampleEncoder.Encoded> row : rows) {
            encoded.add(await(row));
        }
        step++;
        submit();
        return encoder.batch(encoded);
    }

    private static SampleEncoder.Encoded await(Future<SampleEncoder.Encoded> row) {
        try {
            return row.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("[loader] the wait for a batch was interrupted", e);
        }
    }

    /** Ends the threads and waits until they have ended; batches not yet given are dropped. */
    @Override
    public void close() {
        pending.forEach(rows -> rows.forEach(row -> row.cancel(false)));
        pending.clear();
        step = steps;
        threads.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = threads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true; // A reader still uses the data set, which the caller may close next.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
