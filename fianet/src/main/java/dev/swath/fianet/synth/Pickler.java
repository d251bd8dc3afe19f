package dev.swath.fianet.synth;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes Python pickles, protocol 2, of plain values: {@code Map} with string keys, {@code List}, {@code String}, and
 * {@code Integer} or {@code Long} of 32 bits. Nothing is shared, so the memo is not used.
 */
final class Pickler {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Pickler() {}

    /** The pickle of a value. */
    static byte[] write(Object value) {
        Pickler p = new Pickler();
        p.out.write(0x80);
        p.out.write(2);
        p.put(value);
        p.out.write('.');
        return p.out.toByteArray();
    }

    private void put(Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                out.write('}');
                out.write('(');
                map.forEach((k, v) -> {
                    put(k);
                    put(v);
                });
                out.write('u');
            }
            case List<?> list -> {
                out.write(']');
                out.write('(');
                list.forEach(this::put);
                out.write('e');
            }
            case String s -> {
                byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
                out.write('X');
                little(utf8.length);
                out.writeBytes(utf8);
            }
            case Integer n -> {
                out.write('J');
                little(n);
            }
            case Long n -> put(Math.toIntExact(n));
            default ->
                throw new IllegalArgumentException("[pickle] only maps, lists, strings and integers are written; got "
                        + value.getClass().getSimpleName());
        }
    }

    private void little(int n) {
        for (int shift = 0; shift < 32; shift += 8) {
            out.write(n >>> shift & 0xff);
        }
    }
}
