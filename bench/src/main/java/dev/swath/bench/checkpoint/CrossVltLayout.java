package dev.swath.bench.checkpoint;

import dev.swath.bench.checkpoint.StateEntry.Role;
import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.NetworkConfig;

/** The tensors of CrossVLT. */
final class CrossVltLayout {
    private final Entries entries = new Entries();
    private final NetworkConfig config;
    private final int align;
    private final TrunkLayout trunk;

    private CrossVltLayout(ComparedConfig config) {
        this.config = config.trunk();
        this.align = config.parts().align();
        this.trunk = new TrunkLayout(entries, this.config);
    }

    static Entries of(ComparedConfig config) {
        CrossVltLayout layout = new CrossVltLayout(config);
        layout.entries.add("temp", Role.NORM_WEIGHT, NetworkConfig.STAGES);
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            layout.vision("backbone." + stage, stage);
        }
        layout.trunk.decoder();
        layout.trunk.text("lang_stage1");
        layout.entries.linear(
                "lang_stage1.encoder.proj", layout.align, layout.config.text().hidden());
        for (int stage = 1; stage < NetworkConfig.STAGES; stage++) {
            layout.language("lang_stage" + (stage + 1), layout.config.width(stage));
        }
        return layout.entries;
    }

    private void vision(String path, int stage) {
        int width = config.width(stage);
        boolean last = stage == NetworkConfig.STAGES - 1;
        if (stage == 0) {
            trunk.patchEmbed(path);
        }
        String layers = path + ".layers";
        trunk.blocks(layers, stage, _ -> {});
        entries.linear(layers + ".proj", align, width);
        fusion(layers + ".attn1", width, stage == 0 ? 2 * width : width);
        if (!last) {
            fusion(layers + ".attn2", 2 * width, 2 * width);
            entries.gate(layers + ".linear2", 2 * width);
        }
        entries.gate(layers + ".linear1", width);
        trunk.merge(layers, stage);
        entries.norm(path + ".norm" + stage, width);
    }

    private void fusion(String path, int width, int inner) {
        int text = config.text().hidden();
        entries.pointwise(path + ".v_q.0", inner, width);
        entries.linear(path + ".l_q", inner, text);
        entries.linear(path + ".values_l", inner, text);
        entries.pointwise(path + ".w_v.0", width, inner);
        entries.pointwise(path + ".project_mm.0", width, width);
    }

    private void language(String path, int pixels) {
        trunk.attention(path + ".crossattention", pixels);
        trunk.feedForward(path);
        trunk.textLayer(path + ".layer.0");
        entries.linear(path + ".proj", align, config.text().hidden());
    }
}
