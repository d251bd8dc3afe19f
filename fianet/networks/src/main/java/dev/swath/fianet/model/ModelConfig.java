package dev.swath.fianet.model;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a model folder's {@code config.json} says: the network, and what its inputs look like. This class alone writes
 * and reads it; the keys of a network's own it leaves to its {@link NetworkConfig}.
 *
 * @param network sizes and wiring
 * @param dataset whose classes sentences are parsed for
 * @param sentenceLength N, ids a sentence, [CLS] and [SEP] included
 * @param imageSize side in pixels of the square that images are brought to
 */
public record ModelConfig(NetworkConfig network, DatasetVocabulary dataset, int sentenceLength, int imageSize) {
    /** The key that names the network; without it the standard one is meant. */
    public static final String NETWORK = "network";

    /** Checks. */
    public ModelConfig {
        Limits limits = network.limits();
        if (sentenceLength < 3 || sentenceLength > limits.positions()) {
            throw new IllegalArgumentException("[config] sentence_length must lie in [3, " + limits.positions()
                    + "], the positions of the text encoder; got " + sentenceLength);
        }
        if (imageSize < limits.smallestImage() || imageSize > limits.largestImage()) {
            throw new IllegalArgumentException("[config] image_size must lie in [" + limits.smallestImage() + ", "
                    + limits.largestImage() + "]" + (limits.why().isEmpty() ? "" : ", " + limits.why()) + "; got "
                    + imageSize);
        }
    }

    /** With another network. */
    public ModelConfig withNetwork(NetworkConfig n) {
        return new ModelConfig(n, dataset, sentenceLength, imageSize);
    }

    /** As an object to be written as JSON. */
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put(NETWORK, network.network());
        out.put("dataset", dataset.name().toLowerCase(Locale.ROOT));
        out.put("image_size", imageSize);
        out.put("sentence_length", sentenceLength);
        out.putAll(network.toJson());
        return out;
    }

    /**
     * From such an object; a key that is absent takes its value from {@code defaults}, or from what is published for the network
     * if that is another one; an unknown key is an error.
     */
    public static ModelConfig fromJson(Fields fields, ModelConfig defaults) {
        return fromJson(fields, defaults, false);
    }

    /** As {@link #fromJson}, for a network that is to be trained: sizes that go by that of the images follow it, unless they are said. */
    public static ModelConfig untrained(Fields fields, ModelConfig defaults) {
        return fromJson(fields, defaults, true);
    }

    private static ModelConfig fromJson(Fields fields, ModelConfig defaults, boolean untrained) {
        String name = fields.text(NETWORK, defaults.network.network());
        DatasetVocabulary dataset = fields.choice("dataset", defaults.dataset);
        ModelConfig d = name.equals(defaults.network.network())
                ? defaults
                : Networks.named(name).published(dataset);
        int size = fields.integer("image_size", d.imageSize);
        int length = fields.integer(
                "sentence_length",
                dataset == d.dataset ? d.sentenceLength : Networks.named(name).published(dataset).sentenceLength);
        NetworkConfig base = untrained && size != d.imageSize ? d.network.forImages(size) : d.network;
        NetworkConfig network = base.with(fields);
        fields.requireNoOthers();
        return new ModelConfig(network, dataset, length, size);
    }
}
