package dev.swath.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Files of {@code torch.save} put together instruction by instruction, sound or not, for tests. */
final class Torch {
    /** An archive's entry: name, bytes as they stand there, bytes unpacked. */
    record Entry(String name, byte[] packed, long size, boolean deflated) {
        static Entry stored(String name, byte[] bytes) {
            return new Entry(name, bytes, bytes.length, false);
        }
    }

    private Torch() {}

    /** Latin-1 bytes: one a character. */
    static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer little(int n) {
        return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    }

    static String int32(long v) {
        return new String(little(4).putInt((int) v).array(), StandardCharsets.ISO_8859_1);
    }

    static String int64(long v) {
        return new String(little(8).putLong(v).array(), StandardCharsets.ISO_8859_1);
    }

    /** A string, protocol 2. */
    static String text(String s) {
        byte[] b = s.getBytes(StandardCharsets.UTF_8);
        return "X" + int32(b.length) + new String(b, StandardCharsets.ISO_8859_1);
    }

    static String number(long v) {
        return "\u008a\u0008" + int64(v);
    }

    static String global(String module, String name) {
        return "c" + module + "\n" + name + "\n";
    }

    static String tuple(long... values) {
        StringBuilder s = new StringBuilder("(");
        for (long v : values) {
            s.append(number(v));
        }
        return s.append("t").toString();
    }

    static String storage(String type, String key, long size) {
        return "(" + text("storage") + type + text(key) + text("cpu") + number(size) + "tQ";
    }

    /** A tensor over the storage "0" of floats. */
    static String tensor(long storageSize, long offset, String shape, String stride) {
        return global("torch._utils", "_rebuild_tensor_v2") + "("
                + storage(global("torch", "FloatStorage"), "0", storageSize) + number(offset) + shape + stride
                + "\u0089}tR";
    }

    /** A dict of one entry. */
    static String dict(String name, String value) {
        return "}" + text(name) + value + "s";
    }

    /** A list that holds the list before it twice, {@code depth} times over. */
    static String doubled(int depth) {
        StringBuilder s = new StringBuilder("]q\0");
        for (int i = 0; i < depth; i++) {
            s.append("](h")
                    .append((char) i)
                    .append("h")
                    .append((char) i)
                    .append("eq")
                    .append((char) (i + 1));
        }
        return s.toString();
    }

    /** Two lists that hold each other. */
    static final String CYCLE = "]q\0]q\1h\0ah\0h\1a";

    /** The zip form with one storage of 256 bytes. */
    static byte[] pth(String program) {
        return pth(program, new byte[256]);
    }

    static byte[] pth(String program, byte[] storage) {
        return archive(
                Entry.stored("a/data.pkl", bytes("\u0080\u0002" + program + ".")), Entry.stored("a/data/0", storage));
    }

    static Entry deflated(String name, byte[] unit, int times, byte[] before, byte[] after) {
        try {
            Deflater deflater = new Deflater(9, true);
            deflater.setInput(unit);
            byte[] piece = new byte[unit.length / 100 + 1000];
            int n = deflater.deflate(piece, 0, piece.length, Deflater.FULL_FLUSH);
            deflater.end();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(0);
            out.write(little(4)
                    .putShort((short) before.length)
                    .putShort((short) ~before.length)
                    .array());
            out.write(before);
            for (int i = 0; i < times; i++) {
                out.write(piece, 0, n);
            }
            out.write(1);
            out.write(little(4)
                    .putShort((short) after.length)
                    .putShort((short) ~after.length)
                    .array());
            out.write(after);
            return new Entry(name, out.toByteArray(), (long) unit.length * times + before.length + after.length, true);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static byte[] archive(Entry... entries) {
        try {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            ByteArrayOutputStream directory = new ByteArrayOutputStream();
            for (Entry e : entries) {
                CRC32 crc = new CRC32();
                crc.update(e.packed); // not looked at
                byte[] name = e.name.getBytes(StandardCharsets.UTF_8);
                int at = body.size();
                byte[] fields = little(20)
                        .putShort((short) 0x800)
                        .putShort((short) (e.deflated ? 8 : 0))
                        .putInt(0)
                        .putInt((int) crc.getValue())
                        .putInt(e.packed.length)
                        .putInt((int) e.size)
                        .array();
                body.write(little(6).putInt(0x04034b50).putShort((short) 20).array());
                body.write(fields);
                body.write(little(4)
                        .putShort((short) name.length)
                        .putShort((short) 0)
                        .array());
                body.write(name);
                body.write(e.packed);
                directory.write(little(8)
                        .putInt(0x02014b50)
                        .putShort((short) 20)
                        .putShort((short) 20)
                        .array());
                directory.write(fields);
                directory.write(little(18)
                        .putShort((short) name.length)
                        .putInt(0)
                        .putInt(0)
                        .putInt(0)
                        .putInt(at)
                        .array());
                directory.write(name);
            }
            int start = body.size();
            body.write(directory.toByteArray());
            body.write(little(22)
                    .putInt(0x06054b50)
                    .putInt(0)
                    .putShort((short) entries.length)
                    .putShort((short) entries.length)
                    .putInt(directory.size())
                    .putInt(start)
                    .putShort((short) 0)
                    .array());
            return body.toByteArray();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The legacy form: the object's pickle, and storages of so many floats each. */
    static byte[] legacy(String program, int... storages) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."));
            out.write(bytes("\u0080\u0002M\u00e9\u0003."));
            out.write(bytes("\u0080\u0002}" + text("little_endian") + "\u0088s."));
            out.write(bytes("\u0080\u0002" + program + "."));
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < storages.length; i++) {
                keys.add(text(Integer.toString(i)));
            }
            out.write(bytes("\u0080\u0002(" + String.join("", keys) + "l."));
            for (int size : storages) {
                out.write(little(8).putLong(size).array());
                out.write(new byte[4 * size]);
            }
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
