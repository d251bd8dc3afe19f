package dev.swath.bench.checkpoint;

import dev.swath.bench.checkpoint.StateEntry.Role;
import dev.swath.bench.peers.NetworkConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Names, shapes and order of every tensor in the state dict of a FIANet, as the published training script saves it. */
public final class StateLayout {
    private final NetworkConfig config;
    private final List<StateEntry> entries = new ArrayList<>();

    private StateLayout(NetworkConfig config) {
        this.config = config;
    }

    /** All entries of the network in the order in which its modules register them. */
    public static List<StateEntry> of(NetworkConfig config) {
        StateLayout layout = new StateLayout(config);
        layout.backbone();
        layout.decoder();
        layout.text();
        return List.copyOf(layout.entries);
    }

    /** Number of trained values among the entries. */
    public static long parameterCount(List<StateEntry> entries) {
        return entries.stream()
                .filter(StateEntry::isParameter)
                .mapToLong(StateEntry::size)
                .sum();
    }

    private void backbone() {
        int first = config.embedDim();
        kernel("backbone.patch_embed.proj", first, 3, 4, 4);
        bias("backbone.patch_embed.proj", first);
        norm("backbone.patch_embed.norm", first);
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            stage("backbone.layers." + stage, stage);
        }
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            norm("backbone.norm" + stage, config.width(stage));
        }
        tmem();
    }

    private void stage(String path, int stage) {
        int width = config.width(stage);
        for (int block = 0; block < config.depths().get(stage); block++) {
            block(path + ".blocks." + block, width, config.heads().get(stage));
        }
        linear(path + ".fc1", width / 8, width);
        linear(path + ".fc2", width, width / 8);
        String context = path + ".context_pixel_attn";
        pointwise(context + ".vis_project.0", width, width);
        crossAttention(context + ".image_lang_att", width);
        pointwise(context + ".project_mm.0", width, width);
        gate(path + ".context_tanh_gate", width);
        String align = path + ".object_position_align_blk";
        crossAttention(align + ".go_cross_attn", width);
        gate(align + ".go_tanh_gating", width);
        kernel(align + ".go_embedding", width, width);
        crossAttention(align + ".sp_cross_attn", width);
        kernel(align + ".conv1", 1, 2, 3, 3);
        if (stage < NetworkConfig.STAGES - 1) {
            kernel(path + ".downsample.reduction", 2 * width, 4 * width);
            norm(path + ".downsample.norm", 4 * width);
        }
    }

    private void block(String path, int width, int heads) {
        int window = config.window();
        int side = 2 * window - 1;
        norm(path + ".norm1", width);
        add(path + ".attn.relative_position_bias_table", Role.BIAS_TABLE, side * side, heads);
        add(path + ".attn.relative_position_index", Role.POSITION_INDEX, window * window, window * window);
        linear(path + ".attn.qkv", 3 * width, width);
        linear(path + ".attn.proj", width, width);
        norm(path + ".norm2", width);
        linear(path + ".mlp.fc1", 4 * width, width);
        linear(path + ".mlp.fc2", width, 4 * width);
    }

    private void crossAttention(String path, int width) {
        pointwise(path + ".f_key.0", width, config.text().hidden());
        pointwise(path + ".f_query.0", width, width);
        pointwise(path + ".f_value.0", width, config.text().hidden());
        pointwise(path + ".W.0", width, width);
    }

    private void gate(String path, int width) {
        kernel(path + ".0", width, width);
        kernel(path + ".2", width, width);
    }

    private void tmem() {
        String path = "backbone.tmem";
        int inner = config.tmemWidth();
        convolution(path + ".down_channel", inner, config.totalWidth());
        convolution(path + ".up_channel", config.totalWidth(), inner);
        for (int block = 0; block < config.tmemBlocks(); block++) {
            String prefix = path + ".block." + block;
            norm(prefix + ".norm1", inner);
            crossAttention(prefix + ".tma", inner);
            norm(prefix + ".norm2", inner);
            linear(prefix + ".ff.net.0", 2 * inner, inner);
            linear(prefix + ".ff.net.3", inner, 2 * inner);
        }
        batchNorm(path + ".bn", inner);
        for (int map = 0; map < NetworkConfig.STAGES; map++) {
            int width = config.width(map);
            String prefix = path + ".fusion." + map;
            convolution(prefix + ".local_embedding", width, width);
            batchNorm(prefix + ".bn1", width);
            convolution(prefix + ".global_embedding", width, width);
            batchNorm(prefix + ".bn2", width);
            convolution(prefix + ".global_act", width, width);
            batchNorm(prefix + ".bn3", width);
        }
    }

    private void decoder() {
        int top = config.width(3);
        int middle = top / 2;
        int below = top;
        for (int level = 4; level >= 2; level--) {
            kernel("classifier.conv1_" + level, middle, below + config.width(level - 2), 3, 3);
            batchNorm("classifier.bn1_" + level, middle);
            kernel("classifier.conv2_" + level, middle, middle, 3, 3);
            batchNorm("classifier.bn2_" + level, middle);
            below = middle;
        }
        convolution("classifier.conv1_1", 2, middle);
    }

    private void text() {
        NetworkConfig.Text text = config.text();
        int hidden = text.hidden();
        String embeddings = "text_encoder.embeddings.";
        add(embeddings + "word_embeddings.weight", Role.EMBEDDING, text.vocabulary(), hidden);
        add(embeddings + "position_embeddings.weight", Role.EMBEDDING, text.positions(), hidden);
        add(embeddings + "token_type_embeddings.weight", Role.EMBEDDING, text.types(), hidden);
        norm(embeddings + "LayerNorm", hidden);
        for (int layer = 0; layer < text.layers(); layer++) {
            String path = "text_encoder.encoder.layer." + layer;
            for (String part : List.of("query", "key", "value")) {
                linear(path + ".attention.self." + part, hidden, hidden);
            }
            linear(path + ".attention.output.dense", hidden, hidden);
            norm(path + ".attention.output.LayerNorm", hidden);
            linear(path + ".intermediate.dense", text.intermediate(), hidden);
            linear(path + ".output.dense", hidden, text.intermediate());
            norm(path + ".output.LayerNorm", hidden);
        }
    }

    private void kernel(String path, int... shape) {
        add(path + ".weight", Role.WEIGHT, shape);
    }

    private void bias(String path, int outputs) {
        add(path + ".bias", Role.BIAS, outputs);
    }

    private void linear(String path, int outputs, int inputs) {
        kernel(path, outputs, inputs);
        bias(path, outputs);
    }

    /** A convolution over one axis with kernel 1. */
    private void pointwise(String path, int outputs, int inputs) {
        kernel(path, outputs, inputs, 1);
        bias(path, outputs);
    }

    /** A convolution over two axes with kernel 1x1. */
    private void convolution(String path, int outputs, int inputs) {
        kernel(path, outputs, inputs, 1, 1);
        bias(path, outputs);
    }

    private void norm(String path, int channels) {
        add(path + ".weight", Role.NORM_WEIGHT, channels);
        add(path + ".bias", Role.NORM_BIAS, channels);
    }

    private void batchNorm(String path, int channels) {
        norm(path, channels);
        add(path + ".running_mean", Role.RUNNING_MEAN, channels);
        add(path + ".running_var", Role.RUNNING_VARIANCE, channels);
        add(path + ".num_batches_tracked", Role.BATCH_COUNT);
    }

    private void add(String name, Role role, int... shape) {
        entries.add(new StateEntry(name, Arrays.stream(shape).boxed().toList(), role));
    }
}
