package dev.swath.fianet.train;

import dev.swath.files.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    /** Values of a step are under this name, those of an evaluation under others. */
    static final String TRAIN = "train/";

    private static final String PREFIX = "events.out.tfevents.";
    private static final String WRITER = ".swath.";

    private final RunFolder run;
    private final Path file;
    private final FileChannel out;

    private TensorBoard(RunFolder run, Path file, FileChannel out) {
        this.run = run;
        this.file = file;
        this.out = out;
    }

    /**
     * Begins a new event file in the run's folder {@code tensorboard}.
     *
     * @param steps of the checkpoint that the run goes on from; later values are taken out of older files, and a TensorBoard that
     *     has read them already no longer shows them
     * @param evaluationDue whether the evaluation of step {@code steps} is still to come and goes too
     */
    static TensorBoard open(RunFolder run, long steps, boolean evaluationDue) {
        Path folder = run.resolve("tensorboard");
        try {
            Files.createDirectories(folder);
            PastEvents.cut(folder, steps, evaluationDue);
            long now = System.currentTimeMillis();
            Path file = folder.resolve(
                    PREFIX + now / 1000 + WRITER + ProcessHandle.current().pid() + "." + now % 1000);
            TensorBoard board = new TensorBoard(
                    run, file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            board.event(new Message().string(3, "brain.Event:2"));
            board.event(new Message()
                    .integer(2, steps + 1)
                    .message(7, new Message().integer(1, 1))); // SessionLog START drops what lies at later steps
            return board;
        } catch (IOException e) {
            throw run.failure(folder, e);
        } catch (UncheckedIOException e) {
            throw run.failure(folder, e.getCause());
        }
    }

    /** Whether a file is one that this class wrote. */
    static boolean isEventFile(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && name.contains(WRITER) && Files.isRegularFile(file);
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
                .putInt(masked(ByteBuffer.wrap(length)))
                .put(event)
                .putInt(masked(ByteBuffer.wrap(event)))
                .flip();
        try {
            AtomicFile.put(out, record);
        } catch (IOException e) {
            throw run.failure(file, e);
        }
    }

    /** The checksum of what is left in the buffer. */
    static int masked(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw run.failure(file, e);
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
