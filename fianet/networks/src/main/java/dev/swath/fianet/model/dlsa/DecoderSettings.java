package dev.swath.fianet.model.dlsa;

import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What words do in the decoder, the keys of {@code text_decoder} in {@code config.json}. All parts are made whatever is said here,
 * as in the published files; those that are off take no part.
 *
 * @param stages where text blocks run
 * @param block what they are
 * @param mixing whether a mixing map of all words follows at all four places, of the legacy layout alone
 */
public record DecoderSettings(Stages stages, TextBlockSettings block, boolean mixing) {
    /** The key that holds these in {@code config.json}. */
    public static final String KEY = "text_decoder";

    /** Where text blocks run: 4 on the coarsest map, 3, 2 and 1 inside of the three levels from there on. */
    public enum Stages {
        /** Nowhere. */
        NONE(Set.of()),
        /** In the finest level. */
        TG1(Set.of(1)),
        /** In the two finest levels. */
        TG2_TG1(Set.of(2, 1)),
        /** On the coarsest map and in the coarsest level. */
        TG4_TG3(Set.of(4, 3)),
        /** Everywhere. */
        ALL(Set.of(4, 3, 2, 1));

        private final Set<Integer> places;

        Stages(Set<Integer> places) {
            this.places = places;
        }

        /** Whether a text block runs at that place. */
        boolean at(int place) {
            return places.contains(place);
        }
    }

    /** The published ones. */
    public static final DecoderSettings PUBLISHED =
            new DecoderSettings(Stages.TG2_TG1, TextBlockSettings.PUBLISHED, false);

    /** The keys of {@code text_decoder}. */
    Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("stages", lower(stages));
        out.put("variant", lower(block.variant()));
        out.put("uncertainty", block.uncertainty());
        out.put("ablation", lower(block.ablation()));
        out.put("mixing", mixing);
        return out;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** This with what the keys of {@code text_decoder} say. */
    DecoderSettings with(Fields f) {
        DecoderSettings d = new DecoderSettings(
                f.choice("stages", stages),
                new TextBlockSettings(
                        f.choice("variant", block.variant()),
                        f.flag("uncertainty", block.uncertainty()),
                        f.choice("ablation", block.ablation())),
                f.flag("mixing", mixing));
        f.requireNoOthers();
        return d;
    }
}
