package com.example.twolayers;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Its sizes.
 *
 * @param channels between the two layers
 * @param vocabulary rows of the word table
 */
public record TwoLayersConfig(int channels, int vocabulary) implements NetworkConfig {
    static final String NAME = "two-layers";

    @Override
    public String network() {
        return NAME;
    }

    @Override
    public Limits limits() {
        return new Limits(vocabulary, 64, 0, 16, 1024, "for so much fits in memory");
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("channels", channels);
        out.put("vocabulary", vocabulary);
        return out;
    }

    @Override
    public NetworkConfig with(Fields keys) {
        return new TwoLayersConfig(keys.integer("channels", channels), keys.integer("vocabulary", vocabulary));
    }

    @Override
    public ReferringNetwork create() {
        return new TwoLayers(this);
    }
}
