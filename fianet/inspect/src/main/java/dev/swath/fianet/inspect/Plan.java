package dev.swath.fianet.inspect;

import dev.swath.nn.inspect.PassRecord;

/**
 * What looking into a network will take, said before the pass: found by a pass on shapes alone.
 *
 * @param kept bytes of the tensors that {@link InspectionOptions#keep} names
 * @param words bytes of the attention to words, the spatial priors and the channel weights
 * @param pass bytes that the pass itself uses at a time, besides the weights
 * @param record the pass: shapes, operations and parameters, without times and numbers
 */
public record Plan(long kept, long words, long pass, PassRecord record) {
    /** Bytes that remain when the pass has ended. */
    public long remaining() {
        return kept + words;
    }
}
