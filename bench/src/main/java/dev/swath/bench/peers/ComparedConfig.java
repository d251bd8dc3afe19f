package dev.swath.bench.peers;

import dev.swath.fianet.BundledModel;
import java.util.List;

/**
 * The sizes of one compared network.
 *
 * @param network which
 * @param trunk the sizes that it shares with FIANet; CrossVLT's text has the layers of its first language stage
 * @param parts the sizes of what it has of its own
 */
public record ComparedConfig(ComparedNetwork network, NetworkConfig trunk, Parts parts) {
    /** Layers of BERT in the first language stage of CrossVLT. */
    private static final int CROSSVLT_LAYERS = 6;

    /** Pixels of an image on one cell of the last grid. */
    private static final int CELL = 32;

    private static final int SIZE = 480;
    private static final int LARGE_SIZE = 896;

    /**
     * Sizes of the parts.
     *
     * @param side cells a row of the last grid, of cross-scale interaction
     * @param crossHeads heads of its attention
     * @param crossKey channels of a head's queries and keys; its values have twice as many
     * @param exchangeHead channels of a head in language exchange
     * @param exchangeRatio hidden width of its MLPs over their channels
     * @param noiseHeads heads of MAFN's noise attention
     * @param mixing width in which cells and words meet in DLSA's legacy mixing maps
     * @param align width in which CrossVLT compares pixels and sentence
     * @param wordHead channels of a head where CrossVLT's pixels ask words
     */
    public record Parts(
            int side,
            int crossHeads,
            int crossKey,
            int exchangeHead,
            int exchangeRatio,
            int noiseHeads,
            int mixing,
            int align,
            int wordHead) {
        /** As published, for a last grid of that side. */
        public static Parts published(int side) {
            return new Parts(side, 8, 32, 64, 4, 8, 128, 256, 64);
        }

        /** Tokens of cross-scale attention: the cells of the grid, of one of half and of one of a third the side. */
        public int tokens() {
            int half = Math.ceilDiv(side, 2);
            int third = Math.ceilDiv(side, 3);
            return side * side + half * half + third * third;
        }
    }

    /** As published: Swin-B with window 12, BERT-base. */
    public static ComparedConfig published(ComparedNetwork network) {
        NetworkConfig base = NetworkConfig.base(0);
        return new ComparedConfig(
                network,
                network == ComparedNetwork.CROSSVLT ? withTextLayers(base, CROSSVLT_LAYERS) : base,
                Parts.published(imageSize(network) / CELL));
    }

    /** A network that trains in seconds, for square images of that size, a multiple of 32. */
    public static ComparedConfig compact(ComparedNetwork network, int size) {
        NetworkConfig trunk = new NetworkConfig(
                16,
                List.of(2, 2, 2, 2),
                List.of(1, 2, 4, 8),
                4,
                List.of(1, 1, 1, 1),
                0,
                new NetworkConfig.Text(BundledModel.vocabulary().size(), 64, 2, 4, 128, 32, 2));
        return new ComparedConfig(network, trunk, new Parts(size / CELL, 4, 8, 16, 4, 4, 32, 32, 16));
    }

    private static NetworkConfig withTextLayers(NetworkConfig c, int layers) {
        NetworkConfig.Text t = c.text();
        return new NetworkConfig(
                c.embedDim(),
                c.depths(),
                c.heads(),
                c.window(),
                c.fusionHeads(),
                c.tmemBlocks(),
                new NetworkConfig.Text(
                        t.vocabulary(), t.hidden(), layers, t.heads(), t.intermediate(), t.positions(), t.types()));
    }

    /** Side in pixels of the images that the published network sees. */
    public static int imageSize(ComparedNetwork network) {
        return network == ComparedNetwork.REMOTESAM ? LARGE_SIZE : SIZE;
    }

    /** Ids of the published network's sentences. */
    public static int words(ComparedNetwork network) {
        return network == ComparedNetwork.CROSSVLT ? 21 : 20;
    }
}
