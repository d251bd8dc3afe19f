package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.parts.LanguageExchange;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Fields;
import java.util.Locale;
import java.util.Map;

/**
 * What lets the maps of the stages act on each other: FIANet's own module, or another in its place (the paper's Fig. 9).
 *
 * @param kind which
 * @param cim sizes of cross-scale interaction, if it is that
 * @param exchangeHead channels of a head in language exchange, if it is that
 * @param exchangeRatio hidden width of that one's MLPs over their channels
 */
public record Scales(Kind kind, CrossScaleConfig cim, int exchangeHead, int exchangeRatio) {
    /** The key of {@code config.json} that names the kind. */
    static final String KEY = "multi_scale";

    static final String HEAD = "exchange_head";
    static final String RATIO = "exchange_ratio";

    /** The modules, and what they are called under {@code backbone}. */
    public enum Kind {
        /** Text-aware multi-scale enhancement, FIANet's own. */
        TMEM,
        /** RMSIN's cross-scale interaction, which knows no text; images of one size alone. */
        CIM,
        /** Language-guided cross-scale enhancement. */
        LGCE,
        /** None: the maps go to the decoder as they are. */
        NONE;

        /** In files and in {@code config.json}. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** FIANet's own; the others' sizes as published. */
    public static final Scales PUBLISHED = new Scales(Kind.TMEM, CrossScaleConfig.PUBLISHED, LanguageExchange.HEAD, 4);

    /** Another kind. */
    public Scales with(Kind k) {
        return new Scales(k, cim, exchangeHead, exchangeRatio);
    }

    /** With other sizes of cross-scale interaction. */
    public Scales with(CrossScaleConfig c) {
        return new Scales(kind, c, exchangeHead, exchangeRatio);
    }

    /** Throws one sentence unless it can stand behind that trunk. */
    void require(TrunkConfig trunk) {
        int fine = trunk.vision().width(TrunkConfig.STAGES - 2);
        if (kind == Kind.CIM) {
            CrossScaleConfig.requireWidths(trunk.widths());
        }
        if (kind == Kind.LGCE && (exchangeHead < 1 || fine % exchangeHead != 0)) {
            throw new IllegalArgumentException("[fianet] " + HEAD + " must divide " + fine
                    + ", the channels of the third stage; got " + exchangeHead);
        }
    }

    /** Its keys: those of the module at hand. */
    void writeTo(Map<String, Object> out) {
        out.put(KEY, kind.key());
        if (kind == Kind.CIM) {
            out.put(CrossScaleConfig.KEY, cim.toJson());
        }
        if (kind == Kind.LGCE) {
            out.put(HEAD, exchangeHead);
            out.put(RATIO, exchangeRatio);
        }
    }

    /**
     * This one with what the keys say; those of another module than the one at hand are unknown. Where language exchange comes in and
     * its heads are not said, they are as wide as the trunk allows, up to the published width.
     */
    Scales with(Fields keys, TrunkConfig trunk) {
        Kind k = keys.choice(KEY, kind);
        int head = kind == Kind.LGCE
                ? exchangeHead
                : LanguageExchange.head(exchangeHead, trunk.vision().width(TrunkConfig.STAGES - 2));
        return new Scales(
                k,
                k == Kind.CIM ? cim.with(keys.object(CrossScaleConfig.KEY)) : cim,
                k == Kind.LGCE ? keys.integer(HEAD, head, 1, 16_384) : exchangeHead,
                k == Kind.LGCE ? keys.integer(RATIO, exchangeRatio, 1, 64) : exchangeRatio);
    }
}
