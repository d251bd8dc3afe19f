package dev.swath.fianet.data;

import dev.swath.files.Quoted;

/**
 * Something about a data set that a user should know. What comes from its files is shown without control characters and cut: a
 * split at {@link Quoted#MAX_TEXT}, the rest at {@link Quoted#MAX_RULE} characters.
 *
 * @param kind what sort of thing it is
 * @param split the split that it is in, such as "train", or "" if it concerns the whole data set
 * @param item the sample, file or entry
 * @param text one sentence
 */
public record Problem(Kind kind, String split, String item, String text) {
    /** Makes the texts fit to be shown. */
    public Problem {
        split = Quoted.text(split);
        item = Quoted.rule(item);
        text = Quoted.rule(text);
    }

    /** Whether training can go on. */
    public enum Severity {
        /** Training would stop at it. */
        ERROR,
        /** Odd, but read as the published pipeline reads it. */
        WARNING
    }

    /** The sorts of problem. */
    public enum Kind {
        /** A list or annotation file is not there or cannot be understood. */
        BROKEN_LIST(Severity.ERROR),
        /** An entry of a list lacks something that it must have. */
        BROKEN_ENTRY(Severity.ERROR),
        /** A split lists nothing. */
        EMPTY_SPLIT(Severity.ERROR),
        /** A triplet's image is not there. */
        MISSING_IMAGE(Severity.ERROR),
        /** A triplet's mask is not there. */
        MISSING_MASK(Severity.ERROR),
        /** An image cannot be decoded. */
        UNREADABLE_IMAGE(Severity.ERROR),
        /** A mask cannot be decoded; this includes broken run lengths. */
        UNREADABLE_MASK(Severity.ERROR),
        /** A mask has another size than it must have. */
        WRONG_MASK_SIZE(Severity.ERROR),
        /** An annotation has no id. */
        ANNOTATION_WITHOUT_ID(Severity.ERROR),
        /** An annotation's id occurs twice. */
        DUPLICATE_ANNOTATION(Severity.ERROR),
        /** A triplet names an annotation or image entry that does not exist. */
        UNMATCHED(Severity.ERROR),
        /** A category id or name is not one of the data set's. */
        UNKNOWN_CATEGORY(Severity.ERROR),
        /** A sentence has no word. */
        EMPTY_SENTENCE(Severity.ERROR),
        /** Another id than an annotation's occurs twice. */
        DUPLICATE_ID(Severity.WARNING),
        /** A mask without a pixel of the object. */
        EMPTY_MASK(Severity.WARNING),
        /** An image has another size than its mask or its entry; it is resized all the same. */
        OTHER_IMAGE_SIZE(Severity.WARNING),
        /** A split's name is none of train, val and test. */
        UNKNOWN_SPLIT(Severity.WARNING),
        /** Two places that should say the same differ. */
        CONTRADICTION(Severity.WARNING),
        /** A sentence names no class of the data set. */
        NO_CLASS_NAMED(Severity.WARNING),
        /** A file that no triplet uses. */
        UNUSED_FILE(Severity.WARNING);

        private final Severity severity;

        Kind(Severity severity) {
            this.severity = severity;
        }

        /** Whether it stops training. */
        public Severity severity() {
            return severity;
        }
    }

    /** Where problems go as a data set is read. */
    @FunctionalInterface
    interface Sink {
        /** Takes note of a problem, or throws to end the reading. */
        void report(Problem problem);

        /** Takes note of a problem. */
        default void report(Kind kind, String split, String item, String text) {
            report(new Problem(kind, split, item, text));
        }

        /** Throws at whatever would stop training and lets the rest pass. */
        static Sink strict() {
            return problem -> {
                if (problem.kind.severity == Severity.ERROR) {
                    throw new DataException("[data] " + problem.text);
                }
            };
        }
    }
}
