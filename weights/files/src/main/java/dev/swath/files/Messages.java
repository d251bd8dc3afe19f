package dev.swath.files;

/** What Swath's exceptions say: "[part] rule". */
public final class Messages {
    private Messages() {}

    /** The rule alone, for whoever says in other words where it was broken. */
    public static String withoutPart(Throwable e) {
        return String.valueOf(e.getMessage()).replaceFirst("^\\[\\w+] ", "");
    }
}
