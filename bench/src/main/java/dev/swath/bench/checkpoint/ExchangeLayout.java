package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.NetworkConfig;

/** The tensors of LGCE's exchange, in Swath's naming. */
final class ExchangeLayout {
    private static final String PATH = "backbone.lgce";

    private ExchangeLayout() {}

    static void add(Entries entries, ComparedConfig config) {
        NetworkConfig trunk = config.trunk();
        int[] widths = {trunk.width(2), trunk.width(3)};
        for (int i = 0; i < widths.length; i++) {
            entries.linear(PATH + ".guide." + i, widths[i], trunk.text().hidden());
        }
        for (int i = 0; i < widths.length; i++) {
            exchange(entries, PATH + ".exchange." + i, widths[i], widths[1 - i]);
        }
        for (int i = 0; i < widths.length; i++) {
            branch(
                    entries,
                    PATH + ".branch." + i + ".0",
                    widths[i],
                    config.parts().exchangeRatio());
        }
    }

    private static void exchange(Entries entries, String path, int own, int other) {
        entries.norm(path + ".enter.0", own);
        entries.linear(path + ".enter.2", other, own);
        entries.norm(path + ".norm", other);
        entries.linear(path + ".query", other, other);
        entries.linear(path + ".key", other, other);
        entries.linear(path + ".value", other, other);
        entries.linear(path + ".proj", other, other);
        entries.norm(path + ".leave.0", other);
        entries.linear(path + ".leave.2", own, other);
    }

    private static void branch(Entries entries, String path, int width, int ratio) {
        entries.norm(path + ".norm1", width);
        entries.linear(path + ".attn.qkv", 3 * width, width);
        entries.linear(path + ".attn.proj", width, width);
        entries.norm(path + ".norm2", width);
        entries.linear(path + ".mlp.fc1", ratio * width, width);
        entries.linear(path + ".mlp.fc2", width, ratio * width);
    }
}
