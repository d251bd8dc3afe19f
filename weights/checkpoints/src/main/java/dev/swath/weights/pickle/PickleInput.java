package dev.swath.weights.pickle;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The bytes of a pickle as the operands of its instructions: numbers, strings, lines. Each is bounded by what is there. */
final class PickleInput {
    private static final int MAX_LINE = 1 << 20;
    /** Digits of a number in text, and bytes of one in binary form: no trainer counts further, and converting is quadratic. */
    private static final int MAX_DIGITS = 600;

    private static final int MAX_NUMBER_BYTES = 256;

    private final ByteBuffer in;

    PickleInput(ByteBuffer in) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    PickleException error(String rule) {
        return new PickleException("[pickle] " + rule + "; at byte " + in.position());
    }

    int left() {
        return in.remaining();
    }

    private void need(int bytes) {
        if (in.remaining() < bytes) {
            throw error("the pickle ends too early");
        }
    }

    int u8() {
        need(1);
        return in.get() & 0xff;
    }

    int u16() {
        need(2);
        return in.getShort() & 0xffff;
    }

    int i32() {
        need(4);
        return in.getInt();
    }

    long u32() {
        return i32() & 0xffffffffL;
    }

    long i64() {
        need(8);
        return in.getLong();
    }

    double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(i64()));
    }

    byte[] bytes(long length) {
        if (length < 0 || length > in.remaining()) {
            throw error("a value of " + Long.toUnsignedString(length) + " bytes does not fit into the " + in.remaining()
                    + " that are left");
        }
        byte[] out = new byte[(int) length];
        in.get(out);
        return out;
    }

    String utf8(long length) {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    /** The rest of the line, byte for byte. */
    byte[] rawLine() {
        int start = in.position();
        try {
            while (in.get() != '\n') {
                if (in.position() - start > MAX_LINE) {
                    throw error("a line may have at most " + MAX_LINE + " bytes");
                }
            }
        } catch (BufferUnderflowException e) {
            throw error("the pickle ends too early");
        }
        byte[] raw = new byte[in.position() - start - 1];
        in.get(start, raw);
        return raw;
    }

    String line() {
        return new String(rawLine(), StandardCharsets.ISO_8859_1);
    }

    String utf8Line() {
        return new String(rawLine(), StandardCharsets.UTF_8);
    }

    /** The number of a memo entry in text. */
    int index() {
        try {
            return Integer.parseInt(line().strip());
        } catch (NumberFormatException e) {
            throw error("a memo entry must be a number");
        }
    }

    /** A decimal line: {@code 00} and {@code 01} are truth values, a final L marks a long of Python 2. */
    Object number() {
        String s = line().strip();
        if (s.equals("00") || s.equals("01")) {
            return s.equals("01");
        }
        return integer(s);
    }

    Object longLine() {
        String s = line().strip();
        return integer(s.endsWith("L") ? s.substring(0, s.length() - 1) : s);
    }

    private Object integer(String s) {
        if (s.length() > MAX_DIGITS) {
            throw error("a number of " + s.length() + " digits is longer than the " + MAX_DIGITS
                    + " that a checkpoint can need");
        }
        try {
            return narrow(new BigInteger(s));
        } catch (NumberFormatException e) {
            throw error("a number cannot be read");
        }
    }

    Double floatLine() {
        String s = line().strip();
        if (s.length() > MAX_DIGITS) {
            throw error("a number of " + s.length() + " characters is longer than the " + MAX_DIGITS
                    + " that a checkpoint can need");
        }
        return switch (s) {
            case "nan", "-nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> {
                try {
                    yield Double.valueOf(s);
                } catch (NumberFormatException e) {
                    throw error("a number cannot be read");
                }
            }
        };
    }

    /** A two's complement number, least byte first. */
    Object longBytes(long length) {
        if (length > MAX_NUMBER_BYTES) {
            throw error("a number of " + length + " bytes is longer than the " + MAX_NUMBER_BYTES
                    + " that a checkpoint can need");
        }
        byte[] little = bytes(length);
        byte[] big = new byte[little.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = little[little.length - 1 - i];
        }
        return big.length == 0 ? (Object) 0L : narrow(new BigInteger(big));
    }

    private static Object narrow(BigInteger value) {
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    /** A string of Python 2, whose encoding is not stored: UTF-8 where it is valid, else Latin-1. */
    static String python2(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** A protocol-0 string: quoted, with Python's escapes. */
    String quotedLine() {
        String s = line().strip();
        if (s.length() < 2 || s.charAt(0) != s.charAt(s.length() - 1) || (s.charAt(0) != '\'' && s.charAt(0) != '"')) {
            throw error("a string must stand in quotes");
        }
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < s.length() - 1; i++) {
            char c = s.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char e = s.charAt(++i);
            switch (e) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'v' -> out.append('\u000b');
                case 'x' -> {
                    out.append((char) hexadecimal(s, i + 1, 2));
                    i += 2;
                }
                case '\\', '\'', '"' -> out.append(e);
                default -> throw error("the escape \\" + e + " is not known");
            }
        }
        return python2(out.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A protocol-0 unicode line: Latin-1 with \\uXXXX and \\UXXXXXXXX. */
    String unicodeLine() {
        String s = line();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            char next = i + 1 < s.length() ? s.charAt(i + 1) : 0;
            int digits = s.charAt(i) != '\\' ? 0 : next == 'u' ? 4 : next == 'U' ? 8 : 0;
            if (digits == 0) {
                out.append(s.charAt(i));
            } else {
                long point = hexadecimal(s, i + 2, digits);
                if (point > Character.MAX_CODE_POINT) {
                    throw error(
                            "U+" + Long.toHexString(point).toUpperCase(Locale.ROOT) + " is no code point of Unicode");
                }
                out.appendCodePoint((int) point);
                i += 1 + digits;
            }
        }
        return out.toString();
    }

    private long hexadecimal(String s, int from, int digits) {
        long value = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < s.length() && s.charAt(i) < 0x80 ? Character.digit(s.charAt(i), 16) : -1;
            if (digit < 0) {
                throw error("an escape needs " + digits + " hexadecimal digits");
            }
            value = value * 16 + digit;
        }
        return value;
    }
}
