package dev.swath.bench.checkpoint;

import dev.swath.bench.checkpoint.StateEntry.Role;

/** The tensors of DLSA's own parts. */
final class DlsaLayout {
    private static final int KERNELS = 4;
    private static final int LEAST_GATE = 32;

    private final Entries entries;
    private final int text;
    private final boolean legacy;
    private final int hidden;

    /**
     * @param text channels of words
     * @param legacy whether mixing maps are those of the earlier source
     * @param hidden width in which cells and words meet there
     */
    DlsaLayout(Entries entries, int text, boolean legacy, int hidden) {
        this.entries = entries;
        this.text = text;
        this.legacy = legacy;
        this.hidden = hidden;
    }

    void mixing(String path, int width) {
        if (legacy) {
            entries.add(path + ".branch_queries", Role.EMBEDDING, KERNELS, hidden);
        }
        for (int i = 0; i < KERNELS; i++) {
            int side = 2 * i + 1;
            entries.convolution(path + (legacy ? ".convs." + i : ".conv" + side), 1, 1, side);
        }
        if (legacy) {
            entries.linear(path + ".vis_proj", hidden, width);
            entries.pointwise(path + ".lang_key", hidden, text);
            entries.pointwise(path + ".lang_value", hidden, text);
            entries.linear(path + ".route_mlp.0", hidden, 3 * hidden);
            entries.linear(path + ".route_mlp.2", 1, hidden);
        } else {
            entries.linear(path + ".token_fc", KERNELS, width + text);
        }
        entries.convolution(path + ".fusion_proj.0", 1, KERNELS);
    }

    /** A text block; its scale is near 1, so that the block has an effect. */
    void textBlock(String path, int width) {
        int gate = Math.max(width / 4, LEAST_GATE);
        entries.add(path + ".res_scale", Role.NORM_WEIGHT);
        entries.linear(path + ".lang_proj.0", width, text);
        for (String part : new String[] {".vis_proj", ".out_proj"}) {
            entries.kernel(path + part + ".0", width, width, 1, 1);
            entries.batchNorm(path + part + ".1", width);
        }
        entries.convolution(path + ".gate", width, 2 * width);
        entries.linear(path + ".lang_gate_proj", width, text);
        entries.linear(path + ".inject_gate.0", gate, 3 * width);
        entries.linear(path + ".inject_gate.2", 1, gate);
    }

    /** What stands between the levels of the decoder and its last convolution. */
    void decoder(int top, int middle) {
        mixing("classifier.sg_amc", top);
        for (int place = KERNELS; place >= 1; place--) {
            mixing("classifier.sg_amc" + place, place == KERNELS ? top : middle);
        }
        for (int place = KERNELS; place >= 1; place--) {
            textBlock("classifier.tg" + place, place == KERNELS ? top : middle);
        }
    }
}
