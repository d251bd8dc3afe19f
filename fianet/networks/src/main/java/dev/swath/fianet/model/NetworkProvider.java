package dev.swath.fianet.model;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The registration of one network: everything by which the rest of Swath finds, opens and trains it. Swath's own stand in
 * {@link Networks}; one of anybody else is found as a service of this type ({@code provides} in its {@code module-info}, or
 * {@code META-INF/services}).
 */
public interface NetworkProvider {
    /** How probabilities come to the size of the image; the mask is where they are above one half. */
    enum Upscaling {
        /** Between the four nearest, so that borders are smooth. */
        BILINEAR,
        /** That of the cell in which the pixel lies: cell floor(i in / out). */
        NEAREST
    }

    /** Its name in {@code config.json} and on the command line: lower-case letters, digits and hyphens. */
    String name();

    /** Its name for people. */
    String title();

    /** How its checkpoints are recognised. */
    Signature signature();

    /** Sizes, wiring and inputs as published for a data set. */
    ModelConfig published(DatasetVocabulary dataset);

    /**
     * How it was trained for a data set, as far as that differs from FIANet's training on RefSegRS: a JSON object with keys of
     * {@code docs/training.md}.
     */
    default String training(DatasetVocabulary dataset) {
        return "{}";
    }

    /**
     * Settings for first trainings that take minutes, for {@code --config compact}, with the bundled model's vocabulary: a JSON
     * object with keys of {@code docs/training.md}.
     */
    default Optional<String> compact() {
        return Optional.empty();
    }

    /** Where its configuration holds the number of pieces of the vocabulary, such as {@code bert.vocabulary}. */
    String vocabularyKey();

    /** The configuration that the names and shapes of a checkpoint imply; what they do not tell is as published. */
    ModelConfig deduce(Checkpoint checkpoint);

    /**
     * Keys of {@code config.json} that this checkpoint does not tell, neither by its tensors nor by what its script wrote beside
     * them, and that may well differ from what is published: they are asked for, not guessed. Written as {@code bert.heads}; by
     * default none.
     */
    default List<String> undetermined(Checkpoint checkpoint) {
        return List.of();
    }

    /**
     * Keys of {@code config.json} that {@link #deduce} assumed, for nothing in this checkpoint tells them: with a sentence for
     * people each, which is told unless a configuration says the key. By default none.
     */
    default Map<String, String> assumed(Checkpoint checkpoint) {
        return Map.of();
    }

    /** Keys of {@code config.json} whose values the tensors imply: a configuration that says otherwise is refused. By default none. */
    default Set<String> implied() {
        return Set.of();
    }

    /** The weights of a checkpoint under the names of the network's tensors; by default as they are. */
    default StateDict tensors(Checkpoint checkpoint) {
        return checkpoint.tensors();
    }

    /**
     * Whether a checkpoint of a network of that configuration may lack a tensor of that name, for no pass reads it in evaluation or it
     * can be computed; the network then has its first values there. By default none.
     */
    default boolean optional(String name, NetworkConfig network) {
        return false;
    }

    /** Whether a published file has the tensor of that name; one that has not is left out where such a file is written. By default all are. */
    default boolean exported(String name) {
        return true;
    }

    /** What is asked of it for a sentence that a person gives; sentences of data sets are asked as they are. By default the sentence. */
    default String prompt(String sentence) {
        return sentence;
    }

    /** How its masks come from the size that it sees to that of the image; by default {@link Upscaling#BILINEAR}. */
    default Upscaling upscaling() {
        return Upscaling.BILINEAR;
    }

    /** Networks with parts switched off, for {@code swath ablate}. */
    default List<AblationTable> ablations() {
        return List.of();
    }

    /** A tiny network that runs the same kernels, to have them compiled while a checkpoint is read. */
    default Optional<NetworkConfig> warmUp() {
        return Optional.empty();
    }
}
