package dev.swath.fianet.model.rmsin;

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
 * @param network {@code rmsin} or {@code remotesam}
 * @param trunk the Swin backbone, the BERT encoder, and the attention between them
 * @param cim the cross-scale interaction, which fixes the size of images
 * @param routerDropout dropout of what the decoder's convolutions turn by, in training
 */
public record RmsinConfig(String network, TrunkConfig trunk, CrossScaleConfig cim, double routerDropout)
        implements NetworkConfig {
    /** Side of the published RemoteSAM's last grid, by which its files are known. */
    static final int REMOTESAM_SIDE = 28;
    /** RMSIN's name. */
    static final String RMSIN = "rmsin";
    /** RemoteSAM's name. */
    static final String REMOTESAM = "remotesam";

    /** Checks. */
    public RmsinConfig {
        CrossScaleConfig.requireWidths(trunk.widths());
    }

    /** As published for images of 480 pixels. */
    public static RmsinConfig rmsin() {
        return new RmsinConfig(RMSIN, TrunkConfig.published(), CrossScaleConfig.PUBLISHED, 0.2);
    }

    /** As published for images of 896 pixels. */
    public static RmsinConfig remoteSam() {
        return new RmsinConfig(
                REMOTESAM, TrunkConfig.published(), CrossScaleConfig.PUBLISHED.withSide(REMOTESAM_SIDE), 0.2);
    }

    @Override
    public Limits limits() {
        return cim.limits(trunk.limits(), trunk.vision().patch());
    }

    /** Side in pixels of the images that it is made for. */
    public int imageSize() {
        return cim.imageSize(trunk.vision().patch());
    }

    @Override
    public RmsinConfig forImages(int size) {
        return new RmsinConfig(
                network, trunk, cim.forImages(size, trunk.vision().patch()), routerDropout);
    }

    @Override
    public long parameters() {
        return trunk.parameters() + cim.parameters();
    }

    @Override
    public Rmsin create() {
        return new Rmsin(this);
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        trunk.writeTo(out);
        out.put(CrossScaleConfig.KEY, cim.toJson());
        out.put("router_dropout", routerDropout);
        return out;
    }

    @Override
    public RmsinConfig with(Fields keys) {
        return new RmsinConfig(
                network,
                trunk.with(keys),
                cim.with(keys.object(CrossScaleConfig.KEY)),
                keys.number("router_dropout", routerDropout, 0, 1));
    }
}
