package dev.swath.fianet.text;

import java.util.List;
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
    /** Both, for models of both: all their classes, 22 ids a sentence. */
    BOTH("RefSegRS and RRSIS-D", RRSISD.length, union(REFSEGRS.classes, RRSISD.classes));

    private final String title;
    private final int length;
    private final List<String> classes;

    DatasetVocabulary(String title, int length, List<String> classes) {
        this.title = title;
        this.length = length;
        this.classes = classes;
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

    /** The names of the classes. */
    public List<String> classes() {
        return classes;
    }
}
