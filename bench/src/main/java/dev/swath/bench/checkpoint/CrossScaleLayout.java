package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.NetworkConfig;

/** The tensors of RMSIN's own parts. */
final class CrossScaleLayout {
    private final Entries entries;
    private final NetworkConfig config;
    private final ComparedConfig.Parts parts;

    CrossScaleLayout(Entries entries, ComparedConfig config) {
        this.entries = entries;
        this.config = config.trunk();
        this.parts = config.parts();
    }

    /** Cross-scale interaction. */
    void interaction() {
        String path = "backbone.cim";
        int inner = config.totalWidth() / 4;
        entries.convolution(path + ".down_channel", inner, config.totalWidth());
        entries.convolution(path + ".up_channel", config.totalWidth(), inner);
        attention(path + ".block.0.csa1.m", inner);
        for (int part = 0; part < NetworkConfig.STAGES; part++) {
            feedForward(path + ".block.0.intra_ff.m.ff" + (part + 1) + ".m", config.width(part) / 4);
        }
        attention(path + ".block.0.csa2.m", inner);
        feedForward(path + ".block.0.ff.m", inner);
        entries.batchNorm(path + ".bn", inner);
        new TrunkLayout(entries, config).scaleGates(path);
    }

    private void attention(String path, int width) {
        int values = parts.crossHeads() * 2 * parts.crossKey();
        entries.batchNorm(path + ".bn1", width);
        entries.convolution(path + ".DWConv1.0", width, 1, 3);
        entries.batchNorm(path + ".DWConv1.1", width);
        entries.convolution(path + ".DWConv2.0", width, 1, 5);
        entries.batchNorm(path + ".DWConv2.1", width);
        entries.kernel(path + ".attention.qkv.c", 2 * values, width);
        entries.batchNorm(path + ".attention.qkv.bn", 2 * values);
        entries.convolution(path + ".attention.parallel_conv.1", values, 1, 3);
        entries.linear(path + ".attention.to_out", width, values);
        entries.linear(path + ".attention.proj", parts.side() * parts.side(), parts.tokens());
        entries.batchNorm(path + ".bn4", width);
        entries.convolution(path + ".conv", width, width);
    }

    private void feedForward(String path, int width) {
        entries.batchNorm(path + ".bn1", width);
        entries.convolution(path + ".conv1", 2 * width, width);
        entries.batchNorm(path + ".bn2", 2 * width);
        entries.convolution(path + ".conv2", 2 * width, 2, 3);
        entries.convolution(path + ".conv3", width, 2 * width);
    }

    /** The receptive branch of a stage. */
    void receptive(String path) {
        for (String half : new String[] {"", "_2"}) {
            entries.kernel(path + ".brb_3x3" + half + ".conv1", 1, 1, 1, 1);
            entries.batchNorm(path + ".brb_3x3" + half + ".bn1", 1);
            entries.kernel(path + ".brb_3x3" + half + ".conv2", 1, 1, 3, 3);
            entries.batchNorm(path + ".brb_3x3" + half + ".bn2", 1);
            entries.kernel(path + ".brb_1x1" + half + ".conv", 1, 1, 1, 1);
            entries.batchNorm(path + ".brb_1x1" + half + ".bn", 1);
            entries.batchNorm(path + ".brb_identity" + half, 1);
        }
    }

    /** An adaptive rotated convolution; its names are spelt as published. */
    void rotated(String path, int width) {
        entries.kernel(path, 1, width, width, 3, 3);
        entries.kernel(path + ".rounting_func.dwc", width, 1, 3, 3);
        entries.norm(path + ".rounting_func.norm.norm", width);
        entries.linear(path + ".rounting_func.fc_alpha", 1, width);
        entries.kernel(path + ".rounting_func.fc_theta", 1, width);
    }
}
