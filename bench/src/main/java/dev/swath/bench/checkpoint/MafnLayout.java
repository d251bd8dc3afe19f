package dev.swath.bench.checkpoint;

import dev.swath.bench.checkpoint.StateEntry.Role;

/** The tensors of MAFN's own parts. */
final class MafnLayout {
    private static final int NEIGHBOURS = 9;
    private static final int KERNELS = 3;

    private final Entries entries;
    private final CrossScaleLayout shared;

    MafnLayout(Entries entries, CrossScaleLayout shared) {
        this.entries = entries;
        this.shared = shared;
    }

    /** What a Swin block has besides. */
    void noise(String path, int width) {
        entries.add(path + ".cross_attn_0_to_1.in_proj_weight", Role.WEIGHT, 3 * width, width);
        entries.add(path + ".cross_attn_0_to_1.in_proj_bias", Role.BIAS, 3 * width);
        entries.linear(path + ".cross_attn_0_to_1.out_proj", width, width);
        entries.linear(path + ".relation_judger.0.fc1", width, width);
        entries.linear(path + ".relation_judger.0.fc2", width, width);
        entries.add(path + ".k_noise.weight", Role.EMBEDDING, 2, width);
        entries.add(path + ".v_noise.weight", Role.EMBEDDING, 2, width);
    }

    void correlation(String path, int width) {
        entries.convolution(path + ".Conv", width, 2 * width + NEIGHBOURS, 3);
        String mlp = path + ".mlpLayer";
        entries.norm(mlp + ".LayerNorm", width);
        for (int i = 1; i <= KERNELS; i++) {
            int cells = (2 * i + 1) * (2 * i + 1);
            String windows = mlp + ".WinGmlpLayer_" + i;
            entries.norm(windows + ".LayerNorm", width);
            entries.linear(windows + ".in_project", 2 * width, width);
            entries.linear(windows + ".SpatialGatingUnit.Dense_0", cells, cells);
            entries.norm(windows + ".SpatialGatingUnit.LayerNorm", width);
            entries.linear(windows + ".out_project", width, width);
        }
        entries.linear(mlp + ".reweight.fc1", width / 4, width);
        entries.linear(mlp + ".reweight.fc2", KERNELS * width, width / 4);
        entries.linear(mlp + ".out_project", width, width);
        String intensification = path + ".channel_intensification_block";
        entries.norm(intensification + ".LayerNorm", width);
        entries.convolution(intensification + ".conv1", width, width, 3);
        entries.convolution(intensification + ".conv2", width, width, 3);
        entries.convolution(intensification + ".channel_attention.Conv_0", width / 4, width);
        entries.convolution(intensification + ".channel_attention.Conv_1", width, width / 4);
    }

    /** A multi-scale block of the decoder. */
    void scaleBlock(String path, int width) {
        normed(path + ".pconv1", width, width, 1);
        shared.rotated(path + ".msdc.conv2_3", width);
        for (int i = 0; i < KERNELS; i++) {
            normed(path + ".msdc.dwconvs." + i, width, 1, 2 * i + 1);
        }
        normed(path + ".pconv2", width, width, 1);
    }

    private void normed(String path, int width, int inputs, int side) {
        entries.kernel(path + ".0", width, inputs, side, side);
        entries.batchNorm(path + ".1", width);
    }
}
