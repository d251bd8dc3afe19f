package dev.swath.fianet.model.dlsa;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that fixes the network's shape and wiring.
 *
 * @param trunk the Swin backbone, the BERT encoder, and the attention between them
 * @param scales the cross-scale interaction, which fixes the size of the images
 * @param mixing the mixing maps
 * @param decoder what words do in the decoder
 * @param routerDropout dropout of what the decoder's rotated convolutions read scale and angle off, in training
 */
public record DlsaConfig(
        TrunkConfig trunk,
        CrossScaleConfig scales,
        MixingSettings mixing,
        DecoderSettings decoder,
        double routerDropout)
        implements NetworkConfig {
    /** Its name. */
    static final String NAME = "dlsa";

    /** Checks. */
    public DlsaConfig {
        if (decoder.mixing() && mixing.layout() != MixingSettings.Layout.LEGACY) {
            throw new IllegalArgumentException(
                    "[dlsa] mixing maps run in the decoder in the legacy layout alone, for those"
                            + " of the original one take no words; set text_decoder.mixing to false or mixing.layout to legacy");
        }
    }

    /** The published network of that layout. */
    public static DlsaConfig published(MixingSettings.Layout layout) {
        return new DlsaConfig(
                TrunkConfig.published(),
                CrossScaleConfig.PUBLISHED,
                MixingSettings.published(layout),
                DecoderSettings.PUBLISHED,
                0.2);
    }

    @Override
    public String network() {
        return NAME;
    }

    @Override
    public Limits limits() {
        return scales.limits(trunk.limits(), trunk.vision().patch());
    }

    @Override
    public DlsaConfig forImages(int size) {
        return new DlsaConfig(trunk, scales.forImages(size, trunk.vision().patch()), mixing, decoder, routerDropout);
    }

    @Override
    public long parameters() {
        return trunk.parameters() + scales.parameters();
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        trunk.writeTo(out);
        out.put(CrossScaleConfig.KEY, scales.toJson());
        out.put(MixingSettings.KEY, mixing.toJson());
        out.put(DecoderSettings.KEY, decoder.toJson());
        out.put("router_dropout", routerDropout);
        return out;
    }

    @Override
    public DlsaConfig with(Fields keys) {
        return new DlsaConfig(
                trunk.with(keys),
                scales.with(keys.object(CrossScaleConfig.KEY)),
                mixing.with(keys.object(MixingSettings.KEY)),
                decoder.with(keys.object(DecoderSettings.KEY)),
                keys.number("router_dropout", routerDropout, 0, 1));
    }

    @Override
    public Dlsa create() {
        return new Dlsa(this);
    }
}
