package dev.swath.fianet.data;

import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Flips and right-angle rotations, one of the eight drawn each time, with the sentence re-worded to stay true: after a flip
 * "on the upper left" is "on the upper right", after a turn to the right "above the bridge" is "on the right of the bridge". A
 * sentence that tells a direction in words that cannot be re-worded safely is left unturned. Not part of the published
 * training.
 */
public final class TurnAndFlip implements Augmentation {
    /** Draws among all eight, the identity included. */
    public TurnAndFlip() {}

    @Override
    public Sample apply(Sample sample, int index, SplittableRandom random) {
        Turn[] turns = Turn.values();
        return apply(sample, turns[random.nextInt(turns.length)]).orElse(sample);
    }

    /** The sample turned, or nothing if its sentence cannot be re-worded safely. */
    public static Optional<Sample> apply(Sample sample, Turn turn) {
        return Directions.reword(sample.sentence(), turn)
                .map(sentence -> new Sample(
                        sample.id(),
                        turn.apply(sample.image()),
                        sentence,
                        turn.apply(sample.mask()),
                        sample.category()));
    }
}
