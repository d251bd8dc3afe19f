package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;

/**
 * Sentences in host memory, checked: what every network is given. A network that knows no phrases leaves their masks alone.
 *
 * @param ids (B, N) WordPiece ids, i64
 * @param context (B, N), 1 for every piece of the sentence, else 0; f32
 * @param object (B, N), 1 for the object's pieces; f32
 * @param position (B, N), 1 for the position's pieces; f32
 */
public record SentenceBatch(Tensor ids, Tensor context, Tensor object, Tensor position) {
    /** Checks; masks of another type are made f32. */
    public SentenceBatch {
        if (ids.dtype() != DType.I64 || ids.rank() != 2 || ids.elements() == 0) {
            throw new IllegalArgumentException(
                    "[tokens] ids must have shape (B, N) and type i64; got " + ids.describe());
        }
        context = mask("context", context, ids.shape());
        object = mask("object", object, ids.shape());
        position = mask("position", position, ids.shape());
    }

    private static Tensor mask(String name, Tensor mask, Shape shape) {
        if (!mask.shape().equals(shape)) {
            throw new IllegalArgumentException("[tokens] the " + name + " mask must have the shape " + shape
                    + " of the ids; got " + mask.describe());
        }
        Tensor floats = mask.to(DType.F32).contiguous();
        for (float m : floats.toFloatArray()) {
            if (m != 0 && m != 1) {
                throw new IllegalArgumentException("[tokens] masks hold 0 and 1; got " + m);
            }
        }
        return floats;
    }

    /** One sentence of N pieces. */
    public static SentenceBatch of(long[] ids, long[] context, long[] object, long[] position) {
        return new SentenceBatch(row(ids), row(context), row(object), row(position));
    }

    private static Tensor row(long[] values) {
        return Tensor.of(values.clone(), 1, values.length);
    }

    /** {@code batch} sentences of {@code length} pieces of id 0, all of them seen by every stream. */
    public static SentenceBatch blank(int batch, int length) {
        Tensor ones = Tensor.scalar(1).to(DType.F32).expand(Shape.of(batch, length));
        return new SentenceBatch(Tensor.zeros(DType.I64, Shape.of(batch, length)), ones, ones, ones);
    }

    private Tensor mask(Phrase phrase) {
        return switch (phrase) {
            case CONTEXT -> context;
            case OBJECT -> object;
            case POSITION -> position;
        };
    }

    /** Throws one sentence unless the network can take these. */
    public void require(Limits limits) {
        if (ids.dim(1) > limits.positions()) {
            throw new IllegalArgumentException(
                    "[tokens] the text encoder takes at most " + limits.positions() + " ids; got " + ids.dim(1));
        }
        for (long id : ids.toLongArray()) {
            if (id < 0 || id >= limits.vocabulary()) {
                throw new IllegalArgumentException("[tokens] ids must lie in [0, " + limits.vocabulary()
                        + "), the rows of the word table; got " + id);
            }
        }
    }

    /** Laid out for the network's streams, checked against its limits, and brought to where the tape runs. */
    public SentenceInput upload(Tape tape, ReferringNetwork network) {
        require(network.limits());
        List<Var> each =
                network.streams().stream().map(s -> tape.constant(mask(s))).toList();
        Var masks = each.size() == 1 ? each.getFirst() : tape.constant(masks(network));
        return new SentenceInput(tape.indices(ids(network), network.limits().vocabulary()), masks, each);
    }

    /** Puts these sentences in the place of others of the same shape, which {@link #upload} has brought to a device. */
    public void refill(SentenceInput there, ReferringNetwork network) {
        require(network.limits());
        there.ids().copyFrom(ids(network));
        List<Phrase> streams = network.streams();
        for (int s = 0; s < streams.size(); s++) {
            there.mask(s).value().copyFrom(mask(streams.get(s)));
        }
        if (streams.size() > 1) {
            there.masks().value().copyFrom(masks(network));
        }
    }

    private Tensor ids(ReferringNetwork network) {
        return stack(ids, network.streams().stream().map(_ -> ids).toList());
    }

    private Tensor masks(ReferringNetwork network) {
        return stack(context, network.streams().stream().map(this::mask).toList());
    }

    private static Tensor stack(Tensor like, List<Tensor> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        int batch = like.dim(0);
        Tensor out = Tensor.zeros(like.dtype(), Shape.of(parts.size() * batch, like.dim(1)));
        for (int i = 0; i < parts.size(); i++) {
            out.slice(0, i * batch, (i + 1) * batch).copyFrom(parts.get(i));
        }
        return out;
    }
}
