package dev.swath.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CountedTest {
    @Test
    void onlyOneIsSingular() {
        assertEquals("0 pixels", Counted.of(0, "pixel"));
        assertEquals("1 pixel", Counted.of(1, "pixel"));
        assertEquals("2 pixels", Counted.of(2, "pixel"));
        assertEquals("-1 pixels", Counted.of(-1, "pixel"));
        assertEquals("bias table", Counted.noun(1, "bias table"));
        assertEquals("is", Counted.are(1));
        assertEquals("are", Counted.are(0));
    }
}
