package dev.swath.fianet.data;

import java.util.Locale;

/** Which part of a data set. */
public enum Split {
    /** For learning. */
    TRAIN,
    /** For choosing among trained states. */
    VAL,
    /** For the final figures. */
    TEST;

    /** The name that data sets' files use. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
