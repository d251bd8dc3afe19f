package dev.swath.fianet.image.decode;

import dev.swath.fianet.image.ImageException;
import dev.swath.fianet.image.JdkPlugins;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStreamImpl;

/** The JDK's own JPEG reader, given only what it needs: it returns the components as stored, at the picture's size. */
final class JdkJpeg {
    private static final byte[] START = {(byte) 0xff, (byte) 0xd8};
    private static final byte[] END = {(byte) 0xff, (byte) 0xd9};

    /** Says of three components that they are red, green and blue; the reader is asked for raw ones, whatever it says. */
    private static final byte[] NO_TRANSFORM = {
        (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };

    private JdkJpeg() {}

    /** Pieces of bytes in memory and of the file, one behind the other. */
    static final class Joined extends ImageInputStreamImpl {
        private final ByteSource source;
        private final List<byte[]> memory = new ArrayList<>();
        private final List<JpegHeader.Piece> pieces = new ArrayList<>();
        private final List<Long> starts = new ArrayList<>();
        private long length;
        private int current;

        Joined(ByteSource source) {
            this.source = source;
        }

        Joined add(byte[] bytes) {
            return add(bytes, 0, bytes.length);
        }

        Joined add(List<JpegHeader.Piece> more) {
            for (JpegHeader.Piece p : more) {
                add(new byte[0], p.from(), p.to());
            }
            return this;
        }

        private Joined add(byte[] bytes, long from, long to) {
            memory.add(bytes);
            pieces.add(new JpegHeader.Piece(from, to));
            starts.add(length);
            length += to - from;
            return this;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int off, int len) throws IOException {
            bitOffset = 0;
            if (streamPos >= length || len == 0) {
                return len == 0 ? 0 : -1;
            }
            while (streamPos < starts.get(current)) {
                current--;
            }
            while (current + 1 < starts.size() && streamPos >= starts.get(current + 1)) {
                current++;
            }
            JpegHeader.Piece piece = pieces.get(current);
            long at = piece.from() + streamPos - starts.get(current);
            int n = (int) Math.min(len, piece.to() - at);
            byte[] bytes = memory.get(current);
            if (bytes.length > 0) {
                System.arraycopy(bytes, (int) at, to, off, n);
            } else {
                n = source.some(at, to, off, n);
            }
            streamPos += n;
            return n == 0 ? -1 : n;
        }
    }

    /**
     * Decodes a whole picture.
     *
     * @param tables segments that stand elsewhere
     * @param frame the segments with the frame header, and the scans
     * @return components of each pixel, row by row
     */
    static byte[] decode(ByteSource source, List<JpegHeader.Piece> tables, JpegHeader frame) throws IOException {
        int n = frame.components.length;
        Joined in = joined(source, frame, tables);
        byte[] samples = decode(source, in, frame.width, frame.height, n);
        for (int c = 0; c < n; c++) {
            if (frame.isHalfAsHigh(c)) {
                smoothRows(samples, frame.width * n, frame.height, c, n);
            }
        }
        return samples;
    }

    private static Joined joined(ByteSource source, JpegHeader frame, List<JpegHeader.Piece> tables) {
        Joined in = new Joined(source).add(START);
        if (frame.components.length == 3) {
            in.add(NO_TRANSFORM);
        }
        return in.add(tables).add(frame.pieces).add(END);
    }

    /** Decodes a picture row by row, in the memory of a few of them: of one or three components, as all that stand by themselves have. */
    static void decode(ByteSource source, JpegHeader frame, JpegRows.Sink rows) throws IOException {
        JpegRows taken = new JpegRows(frame, rows);
        ImageReader reader = provider(source).createReaderInstance();
        taken.abort = reader::abort;
        try {
            List<String> warnings = listen(reader);
            reader.setInput(joined(source, frame, List.of()), true, true);
            if (reader.getWidth(0) != frame.width || reader.getHeight(0) != frame.height) {
                throw otherSize(source);
            }
            ImageReadParam param = reader.getDefaultReadParam();
            param.setDestination(taken.image());
            reader.read(0, param);
            taken.rethrow();
            refuseCutOff(source, warnings);
            if (!taken.finish()) {
                throw source.refuse("the image is damaged: rows or scans that the JPEG promises are not in its data");
            }
        } catch (IOException
                | IllegalStateException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | ClassCastException e) {
            taken.rethrow();
            throw undecodable(source, e);
        } finally {
            reader.dispose();
        }
    }

    private static List<String> listen(ImageReader reader) {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((r, warning) -> warnings.add(warning));
        return warnings;
    }

    private static void refuseCutOff(ByteSource source, List<String> warnings) {
        for (String warning : warnings) {
            if (warning.toLowerCase(Locale.ROOT).contains("premature")) {
                throw source.refuse(
                        "the image is cut off: the JPEG's data ends before its last row", new IOException(warning));
            }
        }
    }

    private static ImageException otherSize(ByteSource source) {
        return source.refuse("the image is damaged: the JPEG holds a picture of another size than it says");
    }

    private static ImageException undecodable(ByteSource source, Exception e) {
        return source.refuse("the image is damaged: the JPEG's data cannot be decoded", e);
    }

    /**
     * The JDK's libjpeg doubles the rows of a component that is half as high as the others; newer ones put them between their
     * neighbours, three to one, as both do with columns. The doubled rows hold all that is needed.
     */
    private static void smoothRows(byte[] samples, int length, int height, int component, int components) {
        byte[] above = Arrays.copyOf(samples, length);
        byte[] row = above.clone();
        byte[] below = new byte[length];
        for (int y = 0; y < height; y += 2) {
            System.arraycopy(samples, (y + 2 < height ? y + 2 : y) * length, below, 0, length);
            for (int x = component; x < length; x += components) {
                int here = 3 * (row[x] & 0xff);
                samples[y * length + x] = (byte) (here + (above[x] & 0xff) + 1 >> 2);
                if (y + 1 < height) {
                    samples[(y + 1) * length + x] = (byte) (here + (below[x] & 0xff) + 2 >> 2);
                }
            }
            byte[] free = above;
            above = row;
            row = below;
            below = free;
        }
    }

    /** Decodes a whole picture of the given size. */
    static byte[] decode(ByteSource source, Joined in, int width, int height, int components) throws IOException {
        ImageReader reader = provider(source).createReaderInstance();
        try {
            List<String> warnings = listen(reader);
            reader.setInput(in, true, true);
            Raster raster = reader.readRaster(0, null);
            refuseCutOff(source, warnings);
            byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
            if (raster.getWidth() != width
                    || raster.getHeight() != height
                    || samples.length != (long) width * height * components) {
                throw otherSize(source);
            }
            return samples;
        } catch (IOException
                | IllegalStateException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | ClassCastException e) {
            throw undecodable(source, e);
        } finally {
            reader.dispose();
        }
    }

    /** By the module that it comes in, so that no reader of a host stands in its place. */
    private static ImageReaderSpi provider(ByteSource source) {
        return JdkPlugins.find(ImageReaderSpi.class, "jpeg")
                .orElseThrow(() ->
                        source.refuse("the JDK's own reader of JPEG was taken out of this process; it is needed here"));
    }

    /** Turns luma and two chromas of 8 bits into red, green and blue in place, as libjpeg does: 16 fractional bits, rounded. */
    static void toRgb(byte[] samples) {
        for (int i = 0; i + 2 < samples.length; i += 3) {
            int y = samples[i] & 0xff;
            int blue = (samples[i + 1] & 0xff) - 128;
            int red = (samples[i + 2] & 0xff) - 128;
            samples[i] = clamp(y + (91881 * red + 32768 >> 16));
            samples[i + 1] = clamp(y + (-22554 * blue - 46802 * red + 32768 >> 16));
            samples[i + 2] = clamp(y + (116130 * blue + 32768 >> 16));
        }
    }

    private static byte clamp(int v) {
        return (byte) Math.clamp(v, 0, 255);
    }
}
