package dev.swath.bench.checkpoint;

import dev.swath.bench.checkpoint.StateEntry.Role;
import dev.swath.bench.peers.NetworkConfig;
import java.util.List;
import java.util.function.Consumer;

/** The parts of a state dict that FIANet and the networks beside it have in common. */
final class TrunkLayout {
    private final Entries entries;
    private final NetworkConfig config;

    TrunkLayout(Entries entries, NetworkConfig config) {
        this.entries = entries;
        this.config = config;
    }

    void patchEmbed(String backbone) {
        int first = config.embedDim();
        entries.kernel(backbone + ".patch_embed.proj", first, 3, 4, 4);
        entries.bias(backbone + ".patch_embed.proj", first);
        entries.norm(backbone + ".patch_embed.norm", first);
    }

    /** The Swin blocks of a stage; {@code more} adds what a block has besides. */
    void blocks(String path, int stage, Consumer<String> more) {
        for (int block = 0; block < config.depths().get(stage); block++) {
            String here = path + ".blocks." + block;
            block(here, config.width(stage), config.heads().get(stage));
            more.accept(here);
        }
    }

    private void block(String path, int width, int heads) {
        int window = config.window();
        int side = 2 * window - 1;
        entries.norm(path + ".norm1", width);
        entries.add(path + ".attn.relative_position_bias_table", Role.BIAS_TABLE, side * side, heads);
        entries.add(path + ".attn.relative_position_index", Role.POSITION_INDEX, window * window, window * window);
        entries.linear(path + ".attn.qkv", 3 * width, width);
        entries.linear(path + ".attn.proj", width, width);
        entries.norm(path + ".norm2", width);
        entries.linear(path + ".mlp.fc1", 4 * width, width);
        entries.linear(path + ".mlp.fc2", width, 4 * width);
    }

    /** Patch merging, which the last stage has not. */
    void merge(String path, int stage) {
        int width = config.width(stage);
        if (stage < NetworkConfig.STAGES - 1) {
            entries.kernel(path + ".downsample.reduction", 2 * width, 4 * width);
            entries.norm(path + ".downsample.norm", 4 * width);
        }
    }

    void pixelWords(String path, int width) {
        entries.pointwise(path + ".vis_project.0", width, width);
        crossAttention(path + ".image_lang_att", width);
        entries.pointwise(path + ".project_mm.0", width, width);
    }

    void crossAttention(String path, int width) {
        entries.pointwise(path + ".f_key.0", width, config.text().hidden());
        entries.pointwise(path + ".f_query.0", width, width);
        entries.pointwise(path + ".f_value.0", width, config.text().hidden());
        entries.pointwise(path + ".W.0", width, width);
    }

    void norms(String backbone) {
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            entries.norm(backbone + ".norm" + stage, config.width(stage));
        }
    }

    /** The gates by which a coarse map comes to each of the four. */
    void scaleGates(String path) {
        for (int map = 0; map < NetworkConfig.STAGES; map++) {
            int width = config.width(map);
            String prefix = path + ".fusion." + map;
            entries.convolution(prefix + ".local_embedding", width, width);
            entries.batchNorm(prefix + ".bn1", width);
            entries.convolution(prefix + ".global_embedding", width, width);
            entries.batchNorm(prefix + ".bn2", width);
            entries.convolution(prefix + ".global_act", width, width);
            entries.batchNorm(prefix + ".bn3", width);
        }
    }

    /** The decoder of FIANet. */
    void decoder() {
        int middle = middle();
        for (int level = 4; level >= 2; level--) {
            entries.kernel("classifier.conv1_" + level, middle, levelInputs(level), 3, 3);
            entries.batchNorm("classifier.bn1_" + level, middle);
            entries.kernel("classifier.conv2_" + level, middle, middle, 3, 3);
            entries.batchNorm("classifier.bn2_" + level, middle);
        }
        entries.convolution("classifier.conv1_1", 2, middle);
    }

    /** Channels inside of the decoder. */
    int middle() {
        return config.width(3) / 2;
    }

    /** Channels that a level of the decoder meets: those from below and those of the map that it skips to. */
    int levelInputs(int level) {
        return (level == 4 ? config.width(3) : middle()) + config.width(level - 2);
    }

    /** Embeddings and layers of BERT. */
    void text(String path) {
        NetworkConfig.Text text = config.text();
        int hidden = text.hidden();
        String embeddings = path + ".embeddings.";
        entries.add(embeddings + "word_embeddings.weight", Role.EMBEDDING, text.vocabulary(), hidden);
        entries.add(embeddings + "position_embeddings.weight", Role.EMBEDDING, text.positions(), hidden);
        entries.add(embeddings + "token_type_embeddings.weight", Role.EMBEDDING, text.types(), hidden);
        entries.norm(embeddings + "LayerNorm", hidden);
        for (int layer = 0; layer < text.layers(); layer++) {
            textLayer(path + ".encoder.layer." + layer);
        }
    }

    /** One layer of BERT. */
    void textLayer(String path) {
        attention(path + ".attention", config.text().hidden());
        feedForward(path);
    }

    /** Attention of words to a source of so many channels. */
    void attention(String path, int source) {
        int hidden = config.text().hidden();
        for (String part : List.of("query", "key", "value")) {
            entries.linear(path + ".self." + part, hidden, part.equals("query") ? hidden : source);
        }
        entries.linear(path + ".output.dense", hidden, hidden);
        entries.norm(path + ".output.LayerNorm", hidden);
    }

    /** What follows attention in BERT. */
    void feedForward(String path) {
        int hidden = config.text().hidden();
        entries.linear(path + ".intermediate.dense", config.text().intermediate(), hidden);
        entries.linear(path + ".output.dense", hidden, config.text().intermediate());
        entries.norm(path + ".output.LayerNorm", hidden);
    }
}
