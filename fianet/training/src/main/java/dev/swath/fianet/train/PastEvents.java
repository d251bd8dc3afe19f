package dev.swath.fianet.train;

import dev.swath.files.AtomicFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of the event files of a run what it will write again when it goes on, so that no value stands there twice: what
 * lies behind the checkpoint, and a last record that the dying process did not finish. A file that is not laid out as {@link
 * TensorBoard} does it is left alone.
 */
final class PastEvents {
    private static final int FRAME = 16; // length, its checksum, and behind the message another
    private static final int LARGEST = 1 << 26;

    /** Bytes of a file from one position to another. */
    private record Range(long from, long to) {}

    private PastEvents() {}

    /**
     * Cuts all event files of the folder.
     *
     * @param steps of the checkpoint; values of later steps go
     * @param evaluationDue whether the evaluation of step {@code steps} will be written again, so that it goes too
     */
    static void cut(Path folder, long steps, boolean evaluationDue) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(TensorBoard::isEventFile).sorted().toList();
        }
        for (Path file : files) {
            try (FileChannel in = FileChannel.open(file)) {
                List<Range> kept = kept(in, steps, evaluationDue);
                if (kept != null && kept.stream().mapToLong(r -> r.to - r.from).sum() != in.size()) {
                    AtomicFile.write(file, out -> {
                        for (Range r : kept) {
                            copy(in, r, out);
                        }
                    });
                }
            }
        }
    }

    private static void copy(FileChannel in, Range r, FileChannel out) throws IOException {
        for (long at = r.from; at < r.to; ) {
            at += in.transferTo(at, r.to - at, out);
        }
    }

    /** The records that stay, neighbours joined; null if the file is laid out in another way. */
    private static @Nullable List<Range> kept(FileChannel in, long steps, boolean due) throws IOException {
        List<Range> kept = new ArrayList<>();
        long from = 0;
        long at = 0;
        while (in.size() - at >= FRAME) {
            ByteBuffer head = read(in, at, 12);
            long length = head.getLong(0);
            if (length < 0 || length > LARGEST || head.getInt(8) != TensorBoard.masked(head.slice(0, 8))) {
                return null;
            }
            if (length > in.size() - at - FRAME) {
                break;
            }
            long end = at + FRAME + length;
            Boolean again = writtenAgain(new Message(read(in, at + 12, (int) length)), steps, due);
            if (again == null) {
                return null;
            }
            if (again) {
                add(kept, from, at);
                from = end;
            }
            at = end;
        }
        add(kept, from, at);
        return kept;
    }

    private static void add(List<Range> kept, long from, long to) {
        if (to > from) {
            kept.add(new Range(from, to));
        }
    }

    private static ByteBuffer read(FileChannel in, long at, int bytes) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (out.hasRemaining()) {
            if (in.read(out, at + out.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
        return out.flip();
    }

    /** Whether a run that goes on will write this event again; null if it is none. */
    private static @Nullable Boolean writtenAgain(Message event, long steps, boolean due) {
        long step = 0;
        String tag = null;
        while (event.next()) {
            if (event.field == 2) {
                step = event.number;
            } else if (event.field == 5 && event.bytes != null) {
                tag = tag(new Message(event.bytes));
            }
        }
        if (event.broken) {
            return null;
        }
        return tag != null && (step > steps || due && step == steps && !tag.startsWith(TensorBoard.TRAIN));
    }

    /** The name of the first value of a summary; empty if it has none. */
    private static String tag(Message summary) {
        while (summary.next()) {
            if (summary.field == 1 && summary.bytes != null) {
                Message value = new Message(summary.bytes);
                while (value.next()) {
                    if (value.field == 1 && value.bytes != null) {
                        return StandardCharsets.UTF_8.decode(value.bytes).toString();
                    }
                }
            }
        }
        return "";
    }

    /** The fields of a protocol-buffer message, one after another. */
    private static final class Message {
        private final ByteBuffer in;
        int field;
        long number;

        @Nullable
        ByteBuffer bytes;

        boolean broken;

        Message(ByteBuffer in) {
            this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
        }

        /** Goes to the next field; false at the end, and where the message is broken. */
        boolean next() {
            if (!in.hasRemaining()) {
                return false;
            }
            long key = varint();
            field = (int) (key >>> 3);
            number = 0;
            bytes = null;
            switch ((int) (key & 7)) {
                case 0 -> number = varint();
                case 1 -> skip(8);
                case 2 -> {
                    long length = varint();
                    int from = in.position();
                    if (skip(length)) {
                        bytes = in.slice(from, (int) length);
                    }
                }
                case 5 -> skip(4);
                default -> broken = true;
            }
            return !broken;
        }

        private boolean skip(long length) {
            broken |= length < 0 || length > in.remaining();
            if (!broken) {
                in.position(in.position() + (int) length);
            }
            return !broken;
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; shift < 64 && in.hasRemaining(); shift += 7) {
                byte b = in.get();
                value |= (b & 0x7fL) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            broken = true;
            return 0;
        }
    }
}
