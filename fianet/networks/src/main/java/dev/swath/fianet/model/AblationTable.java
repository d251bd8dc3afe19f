package dev.swath.fianet.model;

import java.util.List;

/**
 * A table of networks that differ from the full one by what is switched off.
 *
 * @param title for people
 * @param variants its rows
 */
public record AblationTable(String title, List<Variant> variants) {
    /**
     * One row.
     *
     * @param name for folders
     * @param label for people
     * @param keys a JSON object with the keys of the network's configuration that differ
     */
    public record Variant(String name, String label, String keys) {
        private static final String FULL = "full";

        /** The network with everything on. */
        public static Variant full(String keys) {
            return new Variant(FULL, "full model", keys);
        }

        /** Whether everything is on. */
        public boolean isFull() {
            return name.equals(FULL);
        }
    }

    /** Copies. */
    public AblationTable {
        variants = List.copyOf(variants);
    }
}
