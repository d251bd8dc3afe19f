package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.WindowAttention;
import dev.swath.kernels.Backend;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published shift masks against which cells see each other. No backend makes such a mask: with queries and keys of
 * zero and the value of cell j the j-th unit vector, the output of cell i holds its weights.
 */
class ShiftMaskTest {
    static Stream<Arguments> grids() {
        return Stream.of(
                        new int[] {3, 2, 4}, new int[] {4, 4, 4}, new int[] {7, 10, 4}, new int[] {8, 8, 4}, new int[] {
                            9, 14, 7
                        })
                .flatMap(g -> GoldenRun.backends().map(b -> Arguments.of(g[0], g[1], g[2], b)));
    }

    @ParameterizedTest
    @MethodSource("grids")
    void cellsSeeEachOtherWhereTheMaskIsZero(int height, int width, int window, Backend backend) {
        Tensor mask = Golden.of("swin_tables").tensor("out/shift_mask_h" + height + "_w" + width + "_win" + window);
        int cells = height * width;
        int shift = window / 2;
        Tensor qkv = Tensor.zeros(1, height, width, 3 * cells);
        for (int j = 0; j < cells; j++) {
            qkv.set(1, 0, j / width, j % width, 2 * cells + j);
        }
        int span = 2 * window - 1;
        Tape tape = Tape.inference(Tape.Options.of(backend));
        Var bias = tape.constant(Tensor.zeros(3 * cells));
        Var table = tape.constant(Tensor.zeros(span * span, 1));
        Tensor weights = WindowAttention.apply(tape, tape.constant(qkv), bias, table, 1, window, shift)
                .value()
                .copy();

        int down = Math.ceilDiv(height, window) * window;
        int across = Math.ceilDiv(width, window) * window;
        int columns = across / window;
        int compared = 0;
        for (int w = 0; w < mask.dim(0); w++) {
            for (int q = 0; q < window * window; q++) {
                for (int k = 0; k < window * window; k++) {
                    int qRow = (w / columns * window + q / window + shift) % down;
                    int qColumn = (w % columns * window + q % window + shift) % across;
                    int kRow = (w / columns * window + k / window + shift) % down;
                    int kColumn = (w % columns * window + k % window + shift) % across;
                    if (qRow < height && qColumn < width && kRow < height && kColumn < width) {
                        double weight = weights.get(0, qRow, qColumn, kRow * width + kColumn);
                        int[] at = {w, q, k};
                        assertEquals(mask.get(at) == 0, weight > 1e-9, () -> Arrays.toString(at) + ": " + weight);
                        compared++;
                    }
                }
            }
        }
        assertTrue(compared >= cells, "every cell sees itself");
    }
}
