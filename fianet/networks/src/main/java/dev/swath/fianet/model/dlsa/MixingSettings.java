package dev.swath.fianet.model.dlsa;

import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the mixing maps are, the keys of {@code mixing} in {@code config.json}.
 *
 * @param layout which of the two
 * @param hidden H, width in which cells and words meet, of the legacy layout
 * @param kernels sides of the kernels, of the legacy layout; the original one always has 1, 3, 5 and 7
 */
public record MixingSettings(Layout layout, int hidden, List<Integer> kernels) {
    /** The key that holds these in {@code config.json}. */
    public static final String KEY = "mixing";

    /** The two layouts of published files. */
    public enum Layout {
        /** {@link OriginalMixingMap}. */
        ORIGINAL,
        /** {@link LegacyMixingMap}. */
        LEGACY
    }

    /** The layout of the present source. */
    public static final MixingSettings PUBLISHED = new MixingSettings(Layout.ORIGINAL, 128, List.of(1, 3, 5, 7));

    /** Copies and checks. */
    public MixingSettings {
        kernels = List.copyOf(kernels);
        if (hidden < 1 || kernels.isEmpty() || kernels.stream().anyMatch(k -> k < 1 || k % 2 == 0)) {
            throw new IllegalArgumentException(
                    "[dlsa] the mixing maps need a width of at least 1 and kernels with odd sides; got " + hidden
                            + " and " + kernels);
        }
    }

    /** The published ones of that layout. */
    public static MixingSettings published(Layout layout) {
        return new MixingSettings(layout, PUBLISHED.hidden, PUBLISHED.kernels);
    }

    /** A map for that many channels and words of {@code text}. */
    MixingMap create(int channels, int text) {
        return layout == Layout.ORIGINAL
                ? new OriginalMixingMap(channels, text)
                : new LegacyMixingMap(channels, text, hidden, kernels);
    }

    /** The keys of {@code mixing}. */
    Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("layout", layout.name().toLowerCase(Locale.ROOT));
        if (layout == Layout.LEGACY) {
            out.put("hidden", hidden);
            out.put("kernels", kernels);
        }
        return out;
    }

    /** This with what the keys of {@code mixing} say; each is bounded by far more than any published model has. */
    MixingSettings with(Fields f) {
        MixingSettings m = new MixingSettings(
                f.choice("layout", layout),
                f.integer("hidden", hidden, 1, 16_384),
                f.integers("kernels", kernels, 16, 1, 63));
        f.requireNoOthers();
        return m;
    }
}
