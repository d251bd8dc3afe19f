package dev.swath.bench.peers;

/** The networks beside FIANet with its own module, and FIANet with other modules. */
public enum ComparedNetwork {
    /** LAVT with the text encoder in its file beside the model. */
    LAVT("lavt"),
    /** LAVT with the text encoder inside of the model. */
    LAVT_ONE("lavt_one"),
    /** RMSIN. */
    RMSIN("rmsin"),
    /** RMSIN for 896 pixels. */
    REMOTESAM("remotesam"),
    /** DLSA as its present source has it. */
    DLSA_ORIGINAL("dlsa_original"),
    /** DLSA with the mixing maps of its earlier source. */
    DLSA_LEGACY("dlsa_legacy"),
    /** MAFN. */
    MAFN("mafn"),
    /** LGCE in Swath's reading. */
    LGCE("lgce"),
    /** CrossVLT. */
    CROSSVLT("crossvlt"),
    /** FIANet with cross-scale interaction in the place of its own module. */
    FIANET_CIM("fianet_cim"),
    /** FIANet with language exchange. */
    FIANET_LGCE("fianet_lgce"),
    /** FIANet without any such module. */
    FIANET_NONE("fianet_none");

    private final String key;

    ComparedNetwork(String key) {
        this.key = key;
    }

    /** The network of that name. */
    public static ComparedNetwork named(String key) {
        for (ComparedNetwork network : values()) {
            if (network.key.equals(key)) {
                return network;
            }
        }
        throw new IllegalArgumentException("there is no network " + key);
    }

    /** Its name on the command line and in tables. */
    public String key() {
        return key;
    }

    /** Whether it is FIANet but for the module between its maps. */
    public boolean isFiaNet() {
        return this == FIANET_CIM || this == FIANET_LGCE || this == FIANET_NONE;
    }

    /** Whether cross-scale interaction ties it to images of one size. */
    public boolean hasCrossScale() {
        return switch (this) {
            case RMSIN, REMOTESAM, DLSA_ORIGINAL, DLSA_LEGACY, MAFN, FIANET_CIM -> true;
            case LAVT, LAVT_ONE, LGCE, CROSSVLT, FIANET_LGCE, FIANET_NONE -> false;
        };
    }

    /** Whether its stages add RMSIN's receptive branch. */
    public boolean hasReceptiveBranch() {
        return hasCrossScale() && !isFiaNet();
    }

    /** Whether it is DLSA. */
    public boolean isDlsa() {
        return this == DLSA_ORIGINAL || this == DLSA_LEGACY;
    }

    /** Whether it exchanges language between two maps. */
    public boolean hasExchange() {
        return this == LGCE || this == FIANET_LGCE;
    }

    /** Whether its training has cross entropy alone, without dice. */
    public boolean isWithoutDice() {
        return this == LAVT || this == LAVT_ONE || this == LGCE || this == CROSSVLT;
    }
}
