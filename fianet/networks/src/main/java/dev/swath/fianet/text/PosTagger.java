package dev.swath.fianet.text;

import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Gives each word a tag of the Penn treebank. Thread-safe. An artifact may offer one to the {@link ServiceLoader}, as {@code
 * swath-fianet-opennlp} does.
 */
@FunctionalInterface
public interface PosTagger {
    /** One tag a word. */
    List<String> tag(List<String> words);

    /**
     * The first tagger that an artifact beside this one offers; if there is none, one that refuses every sentence and says
     * what to add.
     */
    static PosTagger installed() {
        String reason = "[sentence] words cannot be tagged, for no tagger is here; add the artifact"
                + " dev.swath:swath-fianet-opennlp, or give a tagger, or token ids and masks in place of a sentence";
        try {
            Optional<PosTagger> found = ServiceLoader.load(PosTagger.class, PosTagger.class.getClassLoader())
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
        } catch (ServiceConfigurationError e) {
            reason = "[sentence] words cannot be tagged, for the tagger that is here does not start: "
                    + (e.getCause() == null ? e : e.getCause()).getMessage();
        }
        String sentence = reason;
        return words -> {
            throw new ExpressionException(sentence);
        };
    }
}
