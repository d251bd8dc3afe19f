package dev.swath.fianet.train;

import dev.swath.files.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Writes an event file that TensorBoard reads: records of length, checksum of the length, an {@code Event} message,
 * checksum of the message; checksums are CRC-32C, rotated and offset so that a checksum of checksums is sound. Each value
 * carries the name of the plugin that shows it.
 */
final class TensorBoard implements AutoCloseable {
    private final Path file;
    private final FileChannel out;

    private TensorBoard(Path file, FileChannel out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Begins a new event file in the folder.
     *
     * @param firstStep of what will be written; values of later steps in older files are then no longer shown
     */
    static TensorBoard open(Path folder, long firstStep) {
        try {
            Files.createDirectories(folder);
            long now = System.currentTimeMillis();
            Path file = folder.resolve("events.out.tfevents." + now / 1000 + ".swath."
                    + ProcessHandle.current().pid() + "." + now % 1000);
            TensorBoard board = new TensorBoard(
                    file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            board.event(new Message().string(3, "brain.Event:2"));
            if (firstStep > 0) {
                board.event(new Message()
                        .integer(2, firstStep)
                        .message(7, new Message().integer(1, 1))); // SessionLog START drops what lies at later steps
            }
            return board;
        } catch (IOException e) {
            throw RunFolder.failure(folder, e);
        }
    }

    /** Adds one number of a curve. */
    void scalar(String tag, long step, double value) {
        summary(step, new Message().string(1, tag).message(9, plugin("scalars")).single(2, (float) value));
    }

    /** Adds one picture, encoded as PNG. */
    void image(String tag, long step, int width, int height, byte[] png) {
        Message image =
                new Message().integer(1, height).integer(2, width).integer(3, 3).bytes(4, png);
        summary(step, new Message().string(1, tag).message(9, plugin("images")).message(4, image));
    }

    private static Message plugin(String name) {
        return new Message().message(1, new Message().string(1, name));
    }

    private void summary(long step, Message value) {
        event(new Message().integer(2, step).message(5, new Message().message(1, value)));
    }

    private void event(Message fields) {
        byte[] event = new Message()
                .number(1, System.currentTimeMillis() / 1000.0)
                .raw(fields.toByteArray())
                .toByteArray();
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(event.length)
                .array();
        ByteBuffer record = ByteBuffer.allocate(16 + event.length).order(ByteOrder.LITTLE_ENDIAN);
        record.put(length)
                .putInt(masked(length))
                .put(event)
                .putInt(masked(event))
                .flip();
        try {
            AtomicFile.put(out, record);
        } catch (IOException e) {
            throw RunFolder.failure(file, e);
        }
    }

    private static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw RunFolder.failure(file, e);
        }
    }

    /** A protocol-buffer message under construction; fields are written in the order of the calls. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int FIXED_64 = 1;
        private static final int DELIMITED = 2;
        private static final int FIXED_32 = 5;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private void varint(long value) {
            for (long rest = value; ; rest >>>= 7) {
                if ((rest & ~0x7fL) == 0) {
                    bytes.write((int) rest);
                    return;
                }
                bytes.write((int) (rest & 0x7f | 0x80));
            }
        }

        Message integer(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message number(int field, double value) {
            varint((long) field << 3 | FIXED_64);
            return raw(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(value)
                    .array());
        }

        Message single(int field, float value) {
            varint((long) field << 3 | FIXED_32);
            return raw(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | DELIMITED);
            varint(value.length);
            return raw(value);
        }

        Message string(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toByteArray());
        }

        Message raw(byte[] value) {
            bytes.writeBytes(value);
            return this;
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
