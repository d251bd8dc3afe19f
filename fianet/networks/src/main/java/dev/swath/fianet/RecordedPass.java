package dev.swath.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.kernels.Recorded;
import dev.swath.tensor.Tensor;

/**
 * A network's pass over images and sentences of one shape, recorded on a device and run again with other ones: what changes
 * is copied to where the recording reads it, and the device does the rest by itself. One call at a time.
 */
final class RecordedPass implements AutoCloseable {
    private final ReferringNetwork network;
    private final Workspace workspace;
    private final Tape tape;
    private final Var image;
    private final SentenceInput sentences;
    private final Recorded pass;
    private Tensor logits;

    /**
     * Runs the network once, then records it.
     *
     * @param options with a backend that records
     * @param image (B, H, W, 3)
     * @param batch B sentences
     */
    RecordedPass(ReferringNetwork network, Tape.Options options, Tensor image, SentenceBatch batch) {
        this.network = network;
        this.workspace = new Workspace(options.backend());
        Tape.Options own = options.withWorkspace(workspace);
        try (Tape first = Tape.inference(own)) {
            network.answer(first, image, batch, x -> x);
        }
        this.tape = Tape.inference(own);
        this.image = network.upload(tape, image);
        this.sentences = batch.upload(tape, network);
        this.pass = options.backend().record(this::forward);
    }

    private void forward() {
        logits = tape.reading("", () -> network.logits(tape, image, sentences).value());
    }

    /** The logits (B, H, W, 2) in processor memory. */
    synchronized Tensor answer(Tensor image, SentenceBatch batch) {
        this.image.value().copyFrom(image);
        batch.refill(sentences, network);
        pass.run();
        return logits.copy();
    }

    @Override
    public synchronized void close() {
        pass.close();
        tape.close();
        workspace.close();
    }
}
