package dev.swath.fianet.model.mafn;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Fields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that fixes the network's shape and wiring.
 *
 * @param trunk the Swin backbone, the BERT encoder, and the attention between them
 * @param scales the cross-scale interaction, which fixes the size of the images
 * @param noiseHeads heads of the attention to two keys in each Swin block, at every width
 * @param kernels sides of the depthwise kernels in the decoder, odd
 * @param routerDropout dropout of what the decoder's rotated convolutions read scale and angle off, in training
 */
public record MafnConfig(
        TrunkConfig trunk, CrossScaleConfig scales, int noiseHeads, List<Integer> kernels, double routerDropout)
        implements NetworkConfig {
    /** Its name. */
    static final String NAME = "mafn";

    /** The heads of the published network's noise attention. */
    static final int PUBLISHED_HEADS = 8;

    /** Copies and checks. */
    public MafnConfig {
        kernels = List.copyOf(kernels);
        if (kernels.isEmpty() || kernels.stream().anyMatch(k -> k < 1 || k % 2 == 0)) {
            throw new IllegalArgumentException("[mafn] the decoder's kernels must have odd sides; got " + kernels);
        }
        int narrowest = trunk.vision().embedDim();
        if (noiseHeads < 1 || narrowest % noiseHeads != 0) {
            throw new IllegalArgumentException("[mafn] noise_heads must divide the " + narrowest
                    + " channels of the first stage; got " + noiseHeads);
        }
        if (narrowest % 4 != 0) {
            throw new IllegalArgumentException(
                    "[mafn] the channels of the first stage must be a multiple of 4; got " + narrowest);
        }
    }

    /** The published network. */
    public static MafnConfig published() {
        return new MafnConfig(
                TrunkConfig.published(), CrossScaleConfig.PUBLISHED, PUBLISHED_HEADS, List.of(1, 3, 5), 0.2);
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
    public MafnConfig forImages(int size) {
        return new MafnConfig(
                trunk, scales.forImages(size, trunk.vision().patch()), noiseHeads, kernels, routerDropout);
    }

    /** With what is square in the width of a stage: the correlation blocks; a lower estimate. */
    @Override
    public long parameters() {
        long n = trunk.parameters() + scales.parameters();
        for (int width : trunk.widths()) {
            n += 36L * width * width;
        }
        return n;
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        trunk.writeTo(out);
        out.put(CrossScaleConfig.KEY, scales.toJson());
        out.put("noise_heads", noiseHeads);
        out.put("kernels", kernels);
        out.put("router_dropout", routerDropout);
        return out;
    }

    @Override
    public MafnConfig with(Fields keys) {
        return new MafnConfig(
                trunk.with(keys),
                scales.with(keys.object(CrossScaleConfig.KEY)),
                keys.integer("noise_heads", noiseHeads, 1, 256),
                keys.integers("kernels", kernels, 16, 1, 63),
                keys.number("router_dropout", routerDropout, 0, 1));
    }

    @Override
    public Mafn create() {
        return new Mafn(this);
    }
}
