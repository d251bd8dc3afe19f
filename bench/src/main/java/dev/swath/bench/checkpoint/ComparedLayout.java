package dev.swath.bench.checkpoint;

import dev.swath.bench.checkpoint.StateEntry.Role;
import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.ComparedNetwork;
import dev.swath.bench.peers.NetworkConfig;
import java.util.List;

/** Names and shapes of every tensor in the state dict of a compared network, as published. */
public final class ComparedLayout {
    private static final String BACKBONE = "backbone";

    private final Entries entries = new Entries();
    private final ComparedNetwork network;
    private final NetworkConfig config;
    private final TrunkLayout trunk;
    private final CrossScaleLayout shared;
    private final DlsaLayout dlsa;
    private final MafnLayout mafn;

    private ComparedLayout(ComparedConfig config) {
        this.network = config.network();
        this.config = config.trunk();
        this.trunk = new TrunkLayout(entries, this.config);
        this.shared = new CrossScaleLayout(entries, config);
        boolean legacy = network == ComparedNetwork.DLSA_LEGACY;
        this.dlsa = new DlsaLayout(
                entries, this.config.text().hidden(), legacy, config.parts().mixing());
        this.mafn = new MafnLayout(entries, shared);
    }

    /** All entries. */
    public static List<StateEntry> of(ComparedConfig config) {
        return switch (config.network()) {
            case CROSSVLT -> CrossVltLayout.of(config).all();
            case FIANET_CIM ->
                StateLayout.of(config.trunk(), entries -> new CrossScaleLayout(entries, config).interaction());
            case FIANET_LGCE -> StateLayout.of(config.trunk(), entries -> ExchangeLayout.add(entries, config));
            case FIANET_NONE -> StateLayout.of(config.trunk(), _ -> {});
            case LAVT, LAVT_ONE, RMSIN, REMOTESAM, DLSA_ORIGINAL, DLSA_LEGACY, MAFN, LGCE -> lineage(config);
        };
    }

    private static List<StateEntry> lineage(ComparedConfig config) {
        ComparedLayout layout = new ComparedLayout(config);
        layout.trunk.patchEmbed(BACKBONE);
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            layout.stage(BACKBONE + ".layers." + stage, stage);
        }
        layout.trunk.norms(BACKBONE);
        if (config.network().hasCrossScale()) {
            layout.shared.interaction();
        }
        if (config.network().hasExchange()) {
            ExchangeLayout.add(layout.entries, config);
        }
        layout.decoder();
        layout.trunk.text("text_encoder");
        return layout.entries.all();
    }

    private void stage(String path, int stage) {
        int width = config.width(stage);
        if (network.isDlsa()) {
            entries.add(path + ".vs_fusion_alpha", Role.BIAS);
        }
        trunk.blocks(path, stage, block -> {
            if (network == ComparedNetwork.MAFN) {
                mafn.noise(block, width);
            }
        });
        trunk.pixelWords(path + ".fusion", width);
        entries.gate(path + ".res_gate", width);
        if (network == ComparedNetwork.MAFN) {
            mafn.correlation(path + ".corr", width);
        }
        if (network.hasReceptiveBranch()) {
            shared.receptive(path + ".visual_residual.repblock");
            if (network.isDlsa()) {
                dlsa.mixing(path + ".visual_residual.sgAMC", width);
            }
            entries.gate(path + ".visual_gate", width);
        }
        trunk.merge(path, stage);
        if (network.isDlsa()) {
            dlsa.mixing(path + ".sgAMC", width);
            entries.linear(path + ".alpha_fc", 1, config.text().hidden());
        }
    }

    private void decoder() {
        if (!network.hasReceptiveBranch()) {
            trunk.decoder();
            return;
        }
        int middle = trunk.middle();
        for (int level = 4; level >= 2; level--) {
            if (network == ComparedNetwork.MAFN) {
                mafn.scaleBlock("classifier.mscb" + level, middle);
            }
            entries.kernel("classifier.conv1_" + level, middle, trunk.levelInputs(level), 3, 3);
            if (network != ComparedNetwork.MAFN) {
                shared.rotated("classifier.conv2_" + level, middle);
            }
            entries.batchNorm("classifier.bn1_" + level, middle);
            if (network != ComparedNetwork.MAFN) {
                entries.batchNorm("classifier.bn2_" + level, middle);
            }
        }
        if (network.isDlsa()) {
            dlsa.decoder(config.width(3), middle);
        }
        entries.convolution("classifier.conv1_1", 2, middle);
    }
}
