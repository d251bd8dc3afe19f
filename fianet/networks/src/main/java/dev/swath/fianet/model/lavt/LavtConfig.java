package dev.swath.fianet.model.lavt;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Its sizes.
 *
 * @param trunk the Swin backbone, the BERT encoder, and the attention between them
 */
public record LavtConfig(TrunkConfig trunk) implements NetworkConfig {
    /** Its name. */
    static final String NAME = "lavt";

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
        return out;
    }

    @Override
    public LavtConfig with(Fields keys) {
        return new LavtConfig(trunk.with(keys));
    }

    @Override
    public Lavt create() {
        return new Lavt(this);
    }
}
