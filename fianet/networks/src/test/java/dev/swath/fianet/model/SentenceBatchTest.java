package dev.swath.fianet.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.TinyModel;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SentenceBatchTest {
    private static final Tape TAPE = Tape.inference(Tape.Options.of(new ScalarBackend()));

    private static final SentenceBatch TWO = new SentenceBatch(
            Tensor.of(new long[] {1, 2, 3, 4, 5, 6}, 2, 3),
            Tensor.of(new long[] {1, 1, 1, 1, 1, 0}, 2, 3),
            Tensor.of(new long[] {0, 1, 0, 1, 0, 0}, 2, 3),
            Tensor.of(new float[] {0, 0, 1, 0, 0, 0}, 2, 3));

    /** A network that leaves all to the defaults. */
    private static final class Plain extends ReferringNetwork {
        @Override
        public NetworkConfig config() {
            return TinyModel.config();
        }

        @Override
        public Var forward(Tape tape, Var image, SentenceInput sentences) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void threeStreamsStandBehindOneAnother() {
        SentenceInput in = TWO.upload(TAPE, TinyModel.config().create());
        assertEquals(2, in.batch());
        assertArrayEquals(
                new long[] {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6},
                in.ids().toLongArray());
        assertArrayEquals(
                new float[] {1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0},
                in.masks().value().toFloatArray());
        assertArrayEquals(new float[] {0, 1, 0, 1, 0, 0}, in.mask(1).value().toFloatArray());
    }

    @Test
    void oneStreamIsTheSentenceAsItIs() {
        ReferringNetwork plain = new Plain();
        SentenceInput in = TWO.upload(TAPE, plain);
        assertArrayEquals(new int[] {2, 3}, in.ids().shape().dims());
        assertSame(in.masks(), in.mask(0));
    }

    @Test
    void whatCannotBeIsRefusedBeforeThePass() {
        ReferringNetwork network = TinyModel.config().create();
        long[] ones = {1, 1, 1};
        refused("[tokens] masks hold 0 and 1; got 2.0", () -> SentenceBatch.of(ones, ones, new long[] {0, 2, 0}, ones));
        refused(
                "[tokens] the position mask must have the shape [1, 3] of the ids; got i64[1, 2] on cpu",
                () -> SentenceBatch.of(ones, ones, ones, new long[2]));
        refused(
                "[tokens] ids must lie in [0, 13), the rows of the word table; got 13",
                () -> SentenceBatch.of(new long[] {1, 13, 2}, ones, ones, ones).upload(TAPE, network));
        refused("[tokens] the text encoder takes at most 32 ids; got 33", () -> SentenceBatch.blank(1, 33)
                .upload(TAPE, network));
    }

    private static void refused(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
