package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.NetworkConfig;
import java.util.List;
import java.util.function.Consumer;

/** Names, shapes and order of every tensor in the state dict of a FIANet, as the published training script saves it. */
public final class StateLayout {
    private static final String BACKBONE = "backbone";

    private final NetworkConfig config;
    private final Entries entries;
    private final TrunkLayout trunk;

    private StateLayout(NetworkConfig config, Entries entries) {
        this.config = config;
        this.entries = entries;
        this.trunk = new TrunkLayout(entries, config);
    }

    /** All entries of the network in the order in which its modules register them. */
    public static List<StateEntry> of(NetworkConfig config) {
        return of(config, entries -> new StateLayout(config, entries).tmem());
    }

    /** With another module where the maps of the stages act on each other. */
    static List<StateEntry> of(NetworkConfig config, Consumer<Entries> scales) {
        Entries entries = new Entries();
        StateLayout layout = new StateLayout(config, entries);
        layout.trunk.patchEmbed(BACKBONE);
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            layout.stage(BACKBONE + ".layers." + stage, stage);
        }
        layout.trunk.norms(BACKBONE);
        scales.accept(entries);
        layout.trunk.decoder();
        layout.trunk.text("text_encoder");
        return entries.all();
    }

    /** Number of trained values among the entries. */
    public static long parameterCount(List<StateEntry> entries) {
        return entries.stream()
                .filter(StateEntry::isParameter)
                .mapToLong(StateEntry::size)
                .sum();
    }

    private void stage(String path, int stage) {
        int width = config.width(stage);
        trunk.blocks(path, stage, _ -> {});
        entries.linear(path + ".fc1", width / 8, width);
        entries.linear(path + ".fc2", width, width / 8);
        trunk.pixelWords(path + ".context_pixel_attn", width);
        entries.gate(path + ".context_tanh_gate", width);
        String align = path + ".object_position_align_blk";
        trunk.crossAttention(align + ".go_cross_attn", width);
        entries.gate(align + ".go_tanh_gating", width);
        entries.kernel(align + ".go_embedding", width, width);
        trunk.crossAttention(align + ".sp_cross_attn", width);
        entries.kernel(align + ".conv1", 1, 2, 3, 3);
        trunk.merge(path, stage);
    }

    private void tmem() {
        String path = "backbone.tmem";
        int inner = config.tmemWidth();
        entries.convolution(path + ".down_channel", inner, config.totalWidth());
        entries.convolution(path + ".up_channel", config.totalWidth(), inner);
        for (int block = 0; block < config.tmemBlocks(); block++) {
            String prefix = path + ".block." + block;
            entries.norm(prefix + ".norm1", inner);
            trunk.crossAttention(prefix + ".tma", inner);
            entries.norm(prefix + ".norm2", inner);
            entries.linear(prefix + ".ff.net.0", 2 * inner, inner);
            entries.linear(prefix + ".ff.net.3", inner, 2 * inner);
        }
        entries.batchNorm(path + ".bn", inner);
        trunk.scaleGates(path);
    }
}
