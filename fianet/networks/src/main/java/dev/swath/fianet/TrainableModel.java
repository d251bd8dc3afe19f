package dev.swath.fianet;

import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model opened for gradients: its weights stay as they were saved and are parameters of a recording tape, where {@link
 * ReferringSegmenter} packs them for inference. The example of this package takes one gradient.
 *
 * @param network loaded; {@code to(backend)} moves it to a device
 * @param preprocessor image size and statistics
 * @param parser of sentences, or null without a vocabulary
 */
public record TrainableModel(
        ReferringNetwork network,
        Preprocessor preprocessor,
        @Nullable ExpressionParser parser) {
    /** Opens a model folder, or a checkpoint of the published training script. */
    public static TrainableModel open(Path path) {
        return open(path, ReferringSegmenter.Options.defaults());
    }

    /** Opens a model; of the options, vocabulary, data set, tagger and mode count. */
    public static TrainableModel open(Path path, ReferringSegmenter.Options options) {
        Model model = Model.open(path, options.vocabulary(), options.modelConfig(), options.dataset(), null);
        Vocabulary vocabulary = model.vocabulary();
        return new TrainableModel(
                model.network(),
                model.preprocessor(),
                vocabulary == null ? null : ReferringSegmenter.parser(vocabulary, model, options));
    }

    /** The model of the artifact {@code swath-fianet-bundled}; a vocabulary or configuration in the options is not looked at. */
    public static TrainableModel bundled(ReferringSegmenter.Options options) {
        return BundledModel.read(
                folder -> open(folder, options.withVocabulary(null).withModelConfig(null)));
    }

    /** A sentence as a batch of one, to be brought to where a tape runs. */
    public SentenceBatch sentence(String text) {
        if (parser == null) {
            throw new WeightsException(
                    "[sentence] a vocabulary is needed to read sentences; give the vocab.txt that the model was trained with");
        }
        ReferringSegmenter.Tokens t = ReferringSegmenter.Tokens.of(
                parser.parse(Networks.named(network.config().network()).prompt(text)));
        return SentenceBatch.of(t.ids(), t.context(), t.object(), t.position());
    }
}
