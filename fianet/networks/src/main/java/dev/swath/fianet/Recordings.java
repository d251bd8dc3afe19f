package dev.swath.fianet;

import dev.swath.autograd.Tape;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The recorded passes of one network, by the shape of what they take; those that were used last are kept. Thread-safe: passes
 * of one device run one after another in any case.
 */
final class Recordings implements AutoCloseable {
    private static final int KEPT = 4;

    private final ReferringNetwork network;
    private final Tape.Options options;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private boolean closed;

    private record Entry(int batch, int length, RecordedPass pass) {}

    Recordings(ReferringNetwork network, Tape.Options options) {
        this.network = network;
        this.options = options;
    }

    /** The logits (B, H, W, 2) for an image (B, H, W, 3), in processor memory. */
    synchronized Tensor answer(Tensor image, SentenceBatch batch) {
        if (closed) {
            throw new IllegalStateException("[segment] the segmenter is closed");
        }
        return pass(image, batch).answer(image, batch);
    }

    private RecordedPass pass(Tensor image, SentenceBatch batch) {
        int sentences = batch.ids().dim(0);
        int length = batch.ids().dim(1);
        for (Entry e : entries) {
            if (e.batch == sentences && e.length == length) {
                entries.remove(e);
                entries.addFirst(e);
                return e.pass;
            }
        }
        while (entries.size() >= KEPT) {
            entries.removeLast().pass.close();
        }
        RecordedPass pass = new RecordedPass(network, options, image, batch);
        entries.addFirst(new Entry(sentences, length, pass));
        return pass;
    }

    @Override
    public synchronized void close() {
        closed = true;
        entries.forEach(e -> e.pass.close());
        entries.clear();
    }
}
