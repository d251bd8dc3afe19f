package dev.swath.fianet.train;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.kernels.Recorded;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.GradientClipping;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole optimizer step on a device (forward and backward over one or several batches, clipping, AdamW), recorded once and
 * run again with other batches, another rate and other random draws: one launch a step. A step must have run before in the
 * usual way, with the same optimizer. One call at a time.
 */
public final class RecordedStep implements AutoCloseable {
    /**
     * What a step learns from; several make one gradient.
     *
     * @param image (B, H, W, 3)
     * @param sentences B sentences
     * @param target (B, H, W), i64
     */
    public record Part(Tensor image, SentenceBatch sentences, Tensor target) {
        private boolean like(Part other) {
            return image.shape().equals(other.image.shape())
                    && sentences.ids().shape().equals(other.sentences.ids().shape())
                    && target.shape().equals(other.target.shape());
        }
    }

    /**
     * What changes the weights.
     *
     * @param optimizer the optimizer
     * @param clipping of its parameters
     * @param bound of the gradient's norm, or 0 for none
     * @param loss of the logits
     */
    public record Update(AdamW optimizer, GradientClipping clipping, double bound, SegmentationLoss loss) {
        /** Changes the weights by their gradients. */
        void step() {
            if (bound > 0) {
                optimizer.step(clipping, bound);
            } else {
                optimizer.step();
            }
        }
    }

    private record Place(Part like, Tape tape, Var image, SentenceInput sentences, Tensor target) {}

    private final ReferringNetwork network;
    private final Update update;
    private final Workspace workspace;
    private final List<Place> places = new ArrayList<>();
    private final List<Var> losses = new ArrayList<>();
    private final Recorded step;

    /**
     * Records a step without running it.
     *
     * @param options of the passes, with a backend that records
     * @param parts batches of the shapes that will come
     */
    public RecordedStep(ReferringNetwork network, Tape.Options options, List<Part> parts, Update update) {
        this.network = network;
        this.update = update;
        this.workspace = new Workspace(options.backend());
        for (Part part : parts) {
            Tape tape = Tape.recording(options.withWorkspace(workspace)
                    .withTraining(new RandomSource(
                            options.random().seed(), options.random().draws())));
            places.add(new Place(
                    part,
                    tape,
                    network.upload(tape, part.image),
                    part.sentences.upload(tape, network),
                    tape.indices(part.target, 2)));
        }
        this.step = options.backend().record(this::record);
    }

    private void record() {
        update.optimizer.zeroGrad();
        for (Place p : places) {
            Var loss = network.loss(p.tape, p.image, p.sentences, p.target, update.loss);
            p.tape.backward(loss, 1.0 / places.size());
            losses.add(loss);
        }
        update.step();
    }

    /** Whether {@link #run} can take batches of these shapes. */
    public boolean takes(List<Part> parts) {
        boolean same = parts.size() == places.size();
        for (int i = 0; same && i < parts.size(); i++) {
            same = places.get(i).like.like(parts.get(i));
        }
        return same;
    }

    /**
     * One step at the rate that the optimizer was given.
     *
     * @param random where the passes' draws are taken from
     * @return the mean loss of the parts
     */
    public double run(List<Part> parts, RandomSource random) {
        if (!takes(parts)) {
            throw new IllegalArgumentException("[train] the recorded step takes batches of other shapes");
        }
        for (int i = 0; i < parts.size(); i++) {
            Place place = places.get(i);
            Part part = parts.get(i);
            place.image.value().copyFrom(part.image);
            part.sentences.refill(place.sentences, network);
            place.tape.requireIndices("indices", "number", part.target, 2);
            place.target.copyFrom(part.target);
            place.tape.renew(random);
        }
        step.run();
        double loss = 0;
        for (Var one : losses) {
            loss += one.value().item() / losses.size();
        }
        return loss;
    }

    /** The step without new batches: what a measurement runs. */
    public void run() {
        step.run();
    }

    @Override
    public void close() {
        step.close();
        places.forEach(p -> p.tape.close());
        workspace.close();
    }
}
