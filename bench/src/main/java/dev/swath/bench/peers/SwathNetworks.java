package dev.swath.bench.peers;

import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.crossvlt.CrossVltConfig;
import dev.swath.fianet.model.dlsa.DecoderSettings;
import dev.swath.fianet.model.dlsa.DlsaConfig;
import dev.swath.fianet.model.dlsa.MixingSettings;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.fianet.Scales;
import dev.swath.fianet.model.lavt.LavtConfig;
import dev.swath.fianet.model.lgce.LgceConfig;
import dev.swath.fianet.model.mafn.MafnConfig;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.rmsin.RmsinConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import java.util.List;

/** The compared networks in the words of Swath; nothing is dropped in training. */
final class SwathNetworks {
    private static final List<Integer> KERNELS = List.of(1, 3, 5, 7);

    private SwathNetworks() {}

    /** The same sizes. */
    static NetworkConfig translate(ComparedConfig c) {
        ComparedConfig.Parts p = c.parts();
        TrunkConfig trunk = SwathFiaNet.trunk(c.trunk());
        CrossScaleConfig scales = new CrossScaleConfig(p.side(), p.crossHeads(), p.crossKey());
        return switch (c.network()) {
            case LAVT, LAVT_ONE -> new LavtConfig(trunk);
            case RMSIN -> new RmsinConfig("rmsin", trunk, scales, 0);
            case REMOTESAM -> new RmsinConfig("remotesam", trunk, scales, 0);
            case DLSA_ORIGINAL -> dlsa(trunk, scales, MixingSettings.Layout.ORIGINAL, p);
            case DLSA_LEGACY -> dlsa(trunk, scales, MixingSettings.Layout.LEGACY, p);
            case MAFN -> new MafnConfig(trunk, scales, p.noiseHeads(), KERNELS.subList(0, 3), 0);
            case LGCE -> new LgceConfig(trunk, p.exchangeHead(), p.exchangeRatio());
            case CROSSVLT -> new CrossVltConfig(trunk.vision(), trunk.text(), p.align(), p.wordHead());
            case FIANET_CIM -> fianet(trunk, Scales.Kind.CIM, scales, p);
            case FIANET_LGCE -> fianet(trunk, Scales.Kind.LGCE, scales, p);
            case FIANET_NONE -> fianet(trunk, Scales.Kind.NONE, scales, p);
        };
    }

    private static NetworkConfig dlsa(
            TrunkConfig trunk, CrossScaleConfig scales, MixingSettings.Layout layout, ComparedConfig.Parts p) {
        return new DlsaConfig(
                trunk, scales, new MixingSettings(layout, p.mixing(), KERNELS), DecoderSettings.PUBLISHED, 0);
    }

    private static NetworkConfig fianet(
            TrunkConfig trunk, Scales.Kind kind, CrossScaleConfig scales, ComparedConfig.Parts p) {
        return new FiaNetConfig(
                trunk,
                0,
                new Scales(kind, scales, p.exchangeHead(), p.exchangeRatio()),
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
    }
}
