package dev.swath.fianet.model.lgce;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.parts.LanguageExchange;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Its sizes.
 *
 * @param trunk the Swin backbone, the BERT encoder, and the attention between them
 * @param exchangeHead channels of a head in the exchange
 * @param exchangeRatio hidden width of the exchange's MLPs over their channels
 */
public record LgceConfig(TrunkConfig trunk, int exchangeHead, int exchangeRatio) implements NetworkConfig {
    /** Its name. */
    static final String NAME = "lgce";

    private static final int RATIO = 4;

    /** Checks. */
    public LgceConfig {
        int fine = trunk.vision().width(TrunkConfig.STAGES - 2);
        if (exchangeHead < 1 || fine % exchangeHead != 0) {
            throw new IllegalArgumentException("[lgce] exchange_head must divide " + fine
                    + ", the channels of the third stage; got " + exchangeHead);
        }
        if (exchangeRatio < 1) {
            throw new IllegalArgumentException("[lgce] exchange_ratio must be at least 1; got " + exchangeRatio);
        }
    }

    /** Of a trunk, with heads of 64 and MLPs four times as wide as their channels. */
    public LgceConfig(TrunkConfig trunk) {
        this(trunk, LanguageExchange.HEAD, RATIO);
    }

    /** Channels of stage {@code i}. */
    int width(int i) {
        return trunk.vision().width(i);
    }

    @Override
    public String network() {
        return NAME;
    }

    @Override
    public Limits limits() {
        return trunk.limits();
    }

    @Override
    public long parameters() {
        return trunk.parameters();
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        trunk.writeTo(out);
        out.put("exchange_head", exchangeHead);
        out.put("exchange_ratio", exchangeRatio);
        return out;
    }

    @Override
    public LgceConfig with(Fields keys) {
        TrunkConfig sized = trunk.with(keys);
        int head = LanguageExchange.head(exchangeHead, sized.vision().width(TrunkConfig.STAGES - 2));
        return new LgceConfig(
                sized,
                keys.integer("exchange_head", head, 1, 16_384),
                keys.integer("exchange_ratio", exchangeRatio, 1, 64));
    }

    @Override
    public Lgce create() {
        return new Lgce(this);
    }
}
