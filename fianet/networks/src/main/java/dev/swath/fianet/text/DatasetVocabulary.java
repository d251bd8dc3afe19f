package dev.swath.fianet.text;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a data set's sentences are about, and how long they may be. */
public enum DatasetVocabulary {
    /** RefSegRS: 14 classes, 20 ids a sentence. */
    REFSEGRS(
            "RefSegRS",
            20,
            List.of(
                    "road",
                    "vehicle",
                    "car",
                    "van",
                    "building",
                    "truck",
                    "trailer",
                    "bus",
                    "road marking",
                    "bikeway",
                    "sidewalk",
                    "tree",
                    "low vegetation",
                    "impervious surface")),
    /** RRSIS-D: 20 classes, 22 ids a sentence. */
    RRSISD(
            "RRSIS-D",
            22,
            List.of(
                    "airplane",
                    "airport",
                    "golf field",
                    "expressway service area",
                    "baseball field",
                    "stadium",
                    "ground track field",
                    "storage tank",
                    "basketball court",
                    "chimney",
                    "tennis court",
                    "overpass",
                    "train station",
                    "ship",
                    "expressway toll station",
                    "dam",
                    "harbor",
                    "bridge",
                    "vehicle",
                    "windmill")),
    /** RISBench: 26 classes, 50 ids a sentence. Its sentences are free and call many things by other names. */
    RISBENCH(
            "RISBench",
            50,
            List.of(
                    "airplane",
                    "airport",
                    "baseball diamond",
                    "basketball court",
                    "bridge",
                    "chimney",
                    "container crane",
                    "dam",
                    "expressway service area",
                    "expressway toll station",
                    "golf field",
                    "ground track field",
                    "harbor",
                    "helicopter",
                    "helipad",
                    "overpass",
                    "roundabout",
                    "ship",
                    "soccer ball field",
                    "stadium",
                    "storage tank",
                    "swimming pool",
                    "tennis court",
                    "train station",
                    "vehicle",
                    "windmill"),
            Map.ofEntries(
                    Map.entry("plane", "airplane"),
                    Map.entry("aircraft", "airplane"),
                    Map.entry("baseball field", "baseball diamond"),
                    Map.entry("boat", "ship"),
                    Map.entry("vessel", "ship"),
                    Map.entry("bus", "vehicle"),
                    Map.entry("car", "vehicle"),
                    Map.entry("truck", "vehicle"),
                    Map.entry("golf course", "golf field"),
                    Map.entry("service area", "expressway service area"),
                    Map.entry("toll station", "expressway toll station"),
                    Map.entry("soccer field", "soccer ball field"),
                    Map.entry("tank", "storage tank"))),
    /** Both, for models of both: all their classes, 22 ids a sentence. */
    BOTH("RefSegRS and RRSIS-D", RRSISD.length, union(REFSEGRS.classes, RRSISD.classes));

    private final String title;
    private final int length;
    private final List<String> classes;
    private final Map<String, String> others;

    DatasetVocabulary(String title, int length, List<String> classes) {
        this(title, length, classes, Map.of());
    }

    DatasetVocabulary(String title, int length, List<String> classes, Map<String, String> others) {
        this.title = title;
        this.length = length;
        this.classes = classes;
        this.others = new TreeMap<>(others);
    }

    private static List<String> union(List<String> a, List<String> b) {
        return Stream.concat(a.stream(), b.stream()).distinct().toList();
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** Ids a sentence, [CLS] and [SEP] included. */
    public int length() {
        return length;
    }

    /** Other names by which sentences call things, in alphabetical order, each with its class; mostly none. */
    public Map<String, String> otherNames() {
        return Collections.unmodifiableMap(others);
    }

    /** All words for things: the names of the classes, then the other ones. */
    public List<String> names() {
        return Stream.concat(classes.stream(), others.keySet().stream()).toList();
    }

    /** The names of the classes. */
    public List<String> classes() {
        return classes;
    }
}
