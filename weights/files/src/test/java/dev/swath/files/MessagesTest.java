package dev.swath.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MessagesTest {
    @Test
    void thePartIsLeftOut() {
        assertEquals("a [b] c", Messages.withoutPart(new IllegalStateException("[config] a [b] c")));
        assertEquals("a [b] c", Messages.withoutPart(new IllegalStateException("a [b] c")));
        assertEquals("null", Messages.withoutPart(new IllegalStateException()));
    }
}
