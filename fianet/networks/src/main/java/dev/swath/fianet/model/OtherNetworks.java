package dev.swath.fianet.model;

import dev.swath.tensor.StateDict;
import java.util.List;
import java.util.Optional;

/**
 * Referring networks whose checkpoints are met in the world and that are not here: they are named, not taken for something
 * else. The first signature that fits counts, for later networks are made of earlier ones.
 */
final class OtherNetworks {
    private record Row(String words, Signature signature) {}

    private static final List<Row> ROWS = List.of(
            new Row("a DiCoR checkpoint", Signature.of("backbone.VMSF.")),
            new Row("a DiCoR checkpoint", Signature.of("fusion_global.")),
            new Row("a CADFormer checkpoint", Signature.of("vglva")));

    private OtherNetworks() {}

    /** What the names are, as in "a LAVT checkpoint". */
    static Optional<String> of(StateDict tensors) {
        return ROWS.stream()
                .filter(r -> r.signature.fits(tensors))
                .map(Row::words)
                .findFirst();
    }
}
