package dev.swath.files;

/** Numbers of things in sentences. */
public final class Counted {
    private Counted() {}

    /** "1 image", "2 images": the word in the singular, whose plural takes an s. */
    public static String of(long count, String word) {
        return count + " " + noun(count, word);
    }

    /** The word alone, as it stands after so many. */
    public static String noun(long count, String word) {
        return count == 1 ? word : word + "s";
    }

    /** "is" or "are", as what is said of so many begins. */
    public static String are(long count) {
        return count == 1 ? "is" : "are";
    }
}
