package dev.swath.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StateDictTest {
    private static StateDict example() {
        return new StateDict()
                .put("b.weight", Tensor.zeros(2, 3))
                .put("a.bias", Tensor.zeros(2))
                .put("b.bias", Tensor.zeros(3));
    }

    @Test
    void keepsItsOrder() {
        assertEquals(
                List.of("b.weight", "a.bias", "b.bias"), List.copyOf(example().names()));
        assertEquals(3, example().size());
        assertThrows(
                UnsupportedOperationException.class, () -> example().names().remove("a.bias"));
    }

    @Test
    void looksUpByNameAndPrefix() {
        StateDict dict = example();
        assertEquals(Shape.of(2, 3), dict.get("b.weight").shape());
        assertTrue(dict.contains("a.bias"));
        assertFalse(dict.contains("a"));
        assertTrue(dict.find("c").isEmpty());
        assertEquals(List.of("weight", "bias"), List.copyOf(dict.under("b.").names()));
        assertEquals(List.of("b.weight", "b.bias"), dict.namesUnder("b."));
        assertEquals(0, dict.under("c.").size());
    }

    @Test
    void namesOccurOnceAndMustExist() {
        StateDict dict = example();
        assertEquals(
                "[state_dict] a name may occur once; got 'a.bias' twice",
                assertThrows(TensorException.class, () -> dict.put("a.bias", Tensor.zeros(1)))
                        .getMessage());
        assertEquals(
                "[state_dict] the name must exist; got 'c'",
                assertThrows(TensorException.class, () -> dict.get("c")).getMessage());
    }

    @Test
    void lazyEntriesAreReadWhenAskedForAndNotKept() {
        AtomicInteger reads = new AtomicInteger();
        StateDict dict = new StateDict().put("x", new StateDict.Entry(DType.F32, Shape.of(2), _ -> {
            reads.incrementAndGet();
            return Tensor.zeros(2);
        }));
        assertEquals(Shape.of(2), dict.entry("x").shape());
        assertEquals(0, reads.get());
        dict.get("x");
        dict.under("").get("x");
        assertEquals(2, reads.get());
    }
}
