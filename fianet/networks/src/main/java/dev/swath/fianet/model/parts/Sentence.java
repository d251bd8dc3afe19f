package dev.swath.fianet.model.parts;

import java.util.List;

/**
 * A batch of encoded sentences.
 *
 * @param streams as the network's streams see them, in their order
 */
public record Sentence(List<Words> streams) {
    /** Copies. */
    public Sentence {
        streams = List.copyOf(streams);
    }

    /** The first stream, which sees the whole sentence. */
    public Words words() {
        return streams.getFirst();
    }
}
