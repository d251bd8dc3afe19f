package dev.swath.fianet.data;

import dev.swath.fianet.image.ImageException;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.ExpressionException;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.files.Quoted;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Turns samples into what the network takes: the image resized to S x S and normalised, the sentence as N ids with three
 * masks, the mask resized to S x S by the nearest pixel. Thread-safe; the first 50,000 sentences are parsed once.
 */
public final class SampleEncoder {
    private static final int REMEMBERED = 50_000;

    /**
     * One row of a batch.
     *
     * @param id name of the sample
     * @param image S * S * 3 values
     * @param sentence its pieces and masks
     * @param target S * S values of 0 and 1
     */
    public record Encoded(String id, float[] image, ParsedExpression sentence, byte[] target) {}

    private final Preprocessor preprocessor;
    private final ExpressionParser parser;
    private final ConcurrentMap<String, ParsedExpression> parsed = new ConcurrentHashMap<>();

    /** With the parser of the data set's vocabulary and the preprocessor that knows S. */
    public SampleEncoder(ExpressionParser parser, Preprocessor preprocessor) {
        this.preprocessor = preprocessor;
        this.parser = parser;
    }

    /** Side of the network's input in pixels. */
    public int size() {
        return preprocessor.size();
    }

    /** One row. */
    public Encoded encode(Sample sample) {
        try {
            return new Encoded(
                    sample.id(),
                    preprocessor.apply(sample.image()).toFloatArray(),
                    parse(sample.sentence()),
                    target(sample.mask()));
        } catch (ImageException | ExpressionException e) {
            throw new DataException("[data] sample " + Quoted.text(sample.id()) + ": " + e.getMessage(), e);
        }
    }

    /** The sentence's pieces and masks. */
    private ParsedExpression parse(String sentence) {
        ParsedExpression known = parsed.get(sentence);
        if (known != null) {
            return known;
        }
        ParsedExpression made = parser.parse(sentence);
        if (parsed.size() < REMEMBERED) {
            parsed.put(sentence, made);
        }
        return made;
    }

    /** The mask at the network's resolution, row by row. */
    public byte[] target(Mask mask) {
        return mask.resized(size(), size()).values();
    }

    /** The image of one sample of a batch as the network sees it. */
    public RgbImage image(Batch batch, int sample) {
        return preprocessor.restore(batch.image().select(0, sample));
    }

    /** Rows, at least one, as a batch. */
    public Batch batch(List<Encoded> rows) {
        int b = rows.size();
        int s = size();
        int n = rows.getFirst().sentence().encoding().ids().length;
        float[] image = new float[b * s * s * 3];
        long[] target = new long[b * s * s];
        long[] ids = new long[b * n];
        float[][] masks = new float[3][b * n];
        for (int i = 0; i < b; i++) {
            Encoded row = rows.get(i);
            System.arraycopy(row.image, 0, image, i * s * s * 3, s * s * 3);
            for (int j = 0; j < s * s; j++) {
                target[i * s * s + j] = row.target[j];
            }
            ParsedExpression p = row.sentence;
            System.arraycopy(p.encoding().ids(), 0, ids, i * n, n);
            for (int j = 0; j < n; j++) {
                masks[0][i * n + j] = p.encoding().mask()[j];
                masks[1][i * n + j] = p.objectMask()[j];
                masks[2][i * n + j] = p.positionMask()[j];
            }
        }
        return new Batch(
                Tensor.of(image, b, s, s, 3),
                Tensor.of(ids, b, n),
                Tensor.of(masks[0], b, n),
                Tensor.of(masks[1], b, n),
                Tensor.of(masks[2], b, n),
                Tensor.of(target, b, s, s),
                rows.stream().map(Encoded::id).toList(),
                rows.stream().map(row -> row.sentence.sentence()).toList());
    }
}
