package dev.swath.fianet.opennlp;

import dev.swath.fianet.text.PosTagger;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import opennlp.tools.postag.POSModel;
import opennlp.tools.postag.POSTaggerME;
import org.jspecify.annotations.Nullable;

/**
 * The tagger of the command line: Apache OpenNLP's English model, whose universal tags are turned into Penn tags by the word's form,
 * behind a short lexicon of the words that say where something is. The lexicon decides what general models get wrong in
 * this language, such as "left" in "on the left".
 */
public final class OpenNlpTagger implements PosTagger {
    private static final String MODEL = "opennlp-en-ud-ewt-pos-1.3-2.5.4.bin";

    private static final Set<String> DETERMINERS =
            Set.of("the", "a", "an", "this", "that", "these", "those", "each", "every", "some", "any");
    private static final Set<String> PREPOSITIONS = Set.of(
            "in", "on", "at", "of", "by", "with", "near", "beside", "besides", "along", "above", "below", "under",
            "over", "behind", "between", "from", "into", "across", "around", "inside", "outside", "through", "next",
            "against", "beneath", "within", "without", "toward", "towards");
    /** An adjective before a noun, else a noun: "on the left side", "on the left". */
    private static final Set<String> PLACES =
            Set.of("left", "right", "top", "bottom", "middle", "center", "centre", "front");

    private static final Set<String> DIRECTIONS = Set.of("upper", "lower");

    private static final Map<String, String> UNIVERSAL = Map.ofEntries(
            Map.entry("ADP", "IN"),
            Map.entry("SCONJ", "IN"),
            Map.entry("DET", "DT"),
            Map.entry("ADJ", "JJ"),
            Map.entry("ADV", "RB"),
            Map.entry("CCONJ", "CC"),
            Map.entry("NUM", "CD"),
            Map.entry("PRON", "PRP"),
            Map.entry("PART", "RP"),
            Map.entry("AUX", "VBZ"),
            Map.entry("INTJ", "UH"),
            Map.entry("SYM", "SYM"),
            Map.entry("PUNCT", "."),
            Map.entry("X", "FW"));

    private final POSModel model;

    /** The model, or why there is none: loaded for the first tagger, because that takes longer than tagging, and shared by all. */
    private record Loaded(
            @Nullable POSModel model, @Nullable IOException failure) {
        static final Loaded ONCE = load();

        private static Loaded load() {
            try (InputStream in = OpenNlpTagger.class.getClassLoader().getResourceAsStream(MODEL)) {
                return new Loaded(in == null ? null : new POSModel(in), null);
            } catch (IOException e) {
                return new Loaded(null, e);
            }
        }
    }

    /** Loads the model from the class path or module path, unless another tagger has. */
    public OpenNlpTagger() {
        Loaded loaded = Loaded.ONCE;
        if (loaded.failure != null) {
            throw new UncheckedIOException(loaded.failure);
        }
        if (loaded.model == null) {
            throw new IllegalStateException(
                    "[tagger] the artifact opennlp-models-pos-en 1.3.0 is not on the module path; add it, or give tags or masks another way");
        }
        this.model = loaded.model;
    }

    @Override
    public List<String> tag(List<String> words) {
        String[] universal = new POSTaggerME(model).tag(words.toArray(String[]::new));
        List<String> out = new ArrayList<>();
        for (int i = 0; i < universal.length; i++) {
            String word = words.get(i).toLowerCase(Locale.ROOT);
            String next = i + 1 < universal.length ? words.get(i + 1).toLowerCase(Locale.ROOT) : "";
            String nextTag = i + 1 < universal.length ? universal[i + 1] : "";
            out.add(penn(word, universal[i], next, nextTag));
        }
        return out;
    }

    private static String penn(String word, String universal, String next, String nextTag) {
        if (DETERMINERS.contains(word)) {
            return "DT";
        }
        if (PREPOSITIONS.contains(word)) {
            return "IN";
        }
        if (DIRECTIONS.contains(word)) {
            return word.equals("lower") ? "JJR" : "JJ";
        }
        if (PLACES.contains(word)) {
            boolean before = (nextTag.equals("NOUN") || nextTag.equals("PROPN") || PLACES.contains(next))
                    && !PREPOSITIONS.contains(next);
            return before ? "JJ" : "NN";
        }
        return switch (universal) {
            case "NOUN" -> plural(word) ? "NNS" : "NN";
            // Class names such as "Expressway" at the start of a sentence look like names to the model.
            case "PROPN" -> plural(word) ? "NNS" : "NN";
            case "VERB" ->
                word.endsWith("ing") ? "VBG" : word.endsWith("ed") ? "VBN" : word.endsWith("s") ? "VBZ" : "VB";
            case "ADJ" -> word.endsWith("est") ? "JJS" : "JJ";
            default -> UNIVERSAL.getOrDefault(universal, universal);
        };
    }

    private static boolean plural(String word) {
        return word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us") && word.length() > 3;
    }
}
