package dev.swath.fianet.text;

import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An averaged perceptron with NLTK's features, on a weights file that the user supplies: a JSON object with
 * {@code weights} (feature to class to number), {@code tagdict} (word to its fixed tag) and {@code classes}, or the list of
 * these three.
 */
public final class PerceptronTagger implements PosTagger {
    private static final String WHAT = "tagger";
    private static final int MAX_FILE = 256 << 20;
    private static final String[] START = {"-START-", "-START2-"};
    private static final String[] END = {"-END-", "-END2-"};

    private final Map<String, Map<String, Double>> weights = new HashMap<>();
    private final Map<String, String> fixed = new HashMap<>();
    private final List<String> classes = new ArrayList<>();

    /** Reads the weights file. */
    public PerceptronTagger(Path file) {
        try {
            Object root = Json.parse(TextFile.read(file, WHAT, MAX_FILE));
            List<Object> parts = root instanceof Map<?, ?> map
                    ? Arrays.asList(map.get("weights"), map.get("tagdict"), map.get("classes"))
                    : Json.asList(root, "the file");
            if (parts.size() != 3) {
                throw new JsonException("weights, tagdict and classes are needed");
            }
            Json.asObject(parts.get(0), "weights").forEach((feature, w) -> weights.put(feature, numbers(w, feature)));
            Json.asObject(parts.get(1), "tagdict").forEach((word, tag) -> fixed.put(word, Json.asString(tag, word)));
            Json.asList(parts.get(2), "classes").forEach(c -> classes.add(Json.asString(c, "classes")));
        } catch (JsonException e) {
            throw TextFile.refuse(WHAT, file, "this is no file of perceptron weights: " + e.getMessage());
        }
        if (classes.isEmpty()) {
            throw TextFile.refuse(WHAT, file, "it names no classes");
        }
    }

    private static Map<String, Double> numbers(Object value, String feature) {
        Map<String, Double> out = new LinkedHashMap<>();
        Json.asObject(value, feature).forEach((c, w) -> out.put(c, Json.asDouble(w, feature)));
        return out;
    }

    @Override
    public List<String> tag(List<String> words) {
        List<String> context = new ArrayList<>(List.of(START));
        words.forEach(w -> context.add(normalise(w)));
        context.addAll(List.of(END));
        List<String> out = new ArrayList<>();
        String previous = START[0];
        String before = START[1];
        for (int i = 0; i < words.size(); i++) {
            String tag = fixed.get(words.get(i));
            if (tag == null) {
                tag = best(features(i, words.get(i), context, previous, before));
            }
            out.add(tag);
            before = previous;
            previous = tag;
        }
        return out;
    }

    private static String normalise(String word) {
        if (word.indexOf('-') > 0) {
            return "!HYPHEN";
        }
        if (word.codePointCount(0, word.length()) == 4 && word.codePoints().allMatch(Character::isDigit)) {
            return "!YEAR";
        }
        return !word.isEmpty() && Character.isDigit(word.codePointAt(0)) ? "!DIGITS" : word.toLowerCase(Locale.ROOT);
    }

    private static List<String> features(int i, String word, List<String> context, String previous, String before) {
        int at = i + START.length;
        return List.of(
                "bias",
                "i suffix " + suffix(word),
                "i pref1 " + (word.isEmpty() ? "" : Character.toString(word.codePointAt(0))),
                "i-1 tag " + previous,
                "i-2 tag " + before,
                "i tag+i-2 tag " + previous + " " + before,
                "i word " + context.get(at),
                "i-1 tag+i word " + previous + " " + context.get(at),
                "i-1 word " + context.get(at - 1),
                "i-1 suffix " + suffix(context.get(at - 1)),
                "i-2 word " + context.get(at - 2),
                "i+1 word " + context.get(at + 1),
                "i+1 suffix " + suffix(context.get(at + 1)),
                "i+2 word " + context.get(at + 2));
    }

    private static String suffix(String word) {
        int letters = word.codePointCount(0, word.length());
        return letters <= 3 ? word : word.substring(word.offsetByCodePoints(0, letters - 3));
    }

    /** The class with the greatest sum; of equal ones the alphabetically greatest. */
    private String best(List<String> features) {
        Map<String, Double> scores = new HashMap<>();
        for (String feature : features) {
            weights.getOrDefault(feature, Map.of()).forEach((c, w) -> scores.merge(c, w, Double::sum));
        }
        String best = classes.getFirst();
        for (String c : classes) {
            int order = Double.compare(scores.getOrDefault(c, 0.0), scores.getOrDefault(best, 0.0));
            if (order > 0 || (order == 0 && c.compareTo(best) > 0)) {
                best = c;
            }
        }
        return best;
    }
}
