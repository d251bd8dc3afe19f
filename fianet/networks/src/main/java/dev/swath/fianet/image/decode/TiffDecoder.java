package dev.swath.fianet.image.decode;

import dev.swath.fianet.image.Bands;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * TIFF 6.0 and BigTIFF: strips and tiles, chunky and planar, a row at a time. Of tiles beside each other each is unpacked
 * as far as the row goes, so that no more than a few rows are in memory; of planes only those that are taken are read.
 */
final class TiffDecoder extends Decoder {
    /** Gives the rows of a strip or tile, the topmost first. */
    interface Block extends AutoCloseable {
        /** Fills in the next row as it is stored, without its predictor. */
        void row(byte[] to) throws IOException;

        @Override
        default void close() {}
    }

    private final TiffDirectory directory;
    private final TiffLayout layout;
    private final int[] taken;
    private final int @Nullable [] palette;
    private final @Nullable TiffJpeg jpeg;

    TiffDecoder(ByteSource source, @Nullable Bands bands) throws IOException {
        super(source);
        directory = new TiffDirectory(source);
        layout = new TiffLayout(source, directory);
        size(layout.width, layout.height);
        palette = layout.photometric == TiffLayout.PALETTE ? palette() : null;
        taken = taken(palette == null ? layout.bands : 3, bands);
        boolean jpegs = layout.compression == TiffLayout.JPEG || layout.compression == TiffLayout.OLD_JPEG;
        jpeg = jpegs ? new TiffJpeg(source, directory, layout) : null;
    }

    /** Red, green, blue of each index; of 16 bits the upper half, unless all are so small that they must be of 8. */
    private int[] palette() throws IOException {
        int n = 1 << layout.bits;
        long[] map = directory.values(TiffDirectory.COLOR_MAP, 3 * n);
        boolean small = true;
        for (long v : map) {
            small &= v < 256;
        }
        int[] out = new int[3 * n];
        for (int i = 0; i < out.length; i++) {
            long v = map[i % 3 * n + i / 3];
            out[i] = (int) (small ? v : v >> 8) & 0xff;
        }
        return out;
    }

    @Override
    public int channels() {
        return taken.length;
    }

    @Override
    public boolean wide() {
        return layout.bits == 16;
    }

    @Override
    public int orientation() {
        return layout.orientation;
    }

    @Override
    void decode(Rows rows) throws IOException {
        if (layout.isFax()) {
            try (TiffFax fax = new TiffFax(source, directory, layout)) {
                decode(rows, fax);
            }
        } else {
            decode(rows, null);
        }
    }

    private void decode(Rows rows, @Nullable TiffFax fax) throws IOException {
        int[] line = new int[width() * taken.length];
        int planes = layout.planar ? taken.length : 1;
        boolean unpackedColours = layout.photometric == TiffLayout.YCBCR || jpeg != null;
        long bits = (long) layout.blockWidth * (layout.planar ? 1 : layout.bands) * (unpackedColours ? 8 : layout.bits);
        if (Bits.bytes(bits) > Integer.MAX_VALUE - 8) {
            throw source.refuse("a row of the TIFF has " + Bits.bytes(bits) + " bytes, which is more than is read");
        }
        byte[] row = new byte[(int) Bits.bytes(bits)];
        for (int r = 0, y = 0; y < height(); r++) {
            List<Block> blocks = new ArrayList<>();
            try {
                for (int p = 0; p < planes; p++) {
                    int plane = layout.planar ? taken[p] * layout.across * layout.down : 0;
                    for (int c = 0; c < layout.across; c++) {
                        blocks.add(open(plane + r * layout.across + c, r, c, fax));
                    }
                }
                int end = (int) Math.min(height(), (long) y + layout.blockHeight);
                for (; y < end; y++) {
                    for (int i = 0; i < blocks.size(); i++) {
                        blocks.get(i).row(row);
                        unpack(row, i % layout.across * layout.blockWidth, i / layout.across, line);
                    }
                    rows.row(y, line);
                }
            } finally {
                blocks.forEach(Block::close);
            }
        }
    }

    private Block open(int index, int row, int column, @Nullable TiffFax fax) throws IOException {
        if (jpeg != null) {
            return jpeg.open(index, row, column);
        }
        if (fax != null) {
            int lines = (int) Math.min(layout.blockHeight, layout.height - (long) row * layout.blockHeight);
            return fax.open(index, layout.tiled ? layout.blockHeight : lines);
        }
        boolean deflated = layout.compression == TiffLayout.DEFLATE || layout.compression == TiffLayout.OLD_DEFLATE;
        Inflater inflater = deflated ? new Inflater() : null;
        InputStream in = unpacked(index, inflater);
        if (layout.photometric == TiffLayout.YCBCR) {
            return new TiffYCbCr(in, inflater, directory, layout);
        }
        return new Plain(in, inflater);
    }

    private InputStream unpacked(int index, @Nullable Inflater inflater) throws IOException {
        long from = layout.offsets[index];
        InputStream in = source.stream(from, from + layout.counts[index]);
        if (layout.reversed) {
            in = new Reversed(in);
        }
        if (inflater != null) {
            return new InflaterInputStream(in, inflater, 1 << 13);
        }
        return switch (layout.compression) {
            case TiffLayout.LZW -> new LzwStream(in, source);
            case TiffLayout.PACK_BITS -> new PackBitsStream(in);
            default -> in;
        };
    }

    /** Bytes with their bits in the other order. */
    private static final class Reversed extends InputStream {
        private final InputStream in;

        Reversed(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            return b < 0 ? b : Integer.reverse(b) >>> 24;
        }

        @Override
        public int read(byte[] to, int from, int n) throws IOException {
            int some = in.read(to, from, n);
            for (int i = from; i < from + some; i++) {
                to[i] = (byte) (Integer.reverse(to[i]) >>> 24);
            }
            return some;
        }
    }

    /** Rows of samples, perhaps each but the first of a row stored as what it has more than the one before it. */
    private final class Plain implements Block {
        private final InputStream in;
        private final @Nullable Inflater inflater;

        Plain(InputStream in, @Nullable Inflater inflater) {
            int size = Math.clamp((long) layout.blockWidth * layout.blockHeight, 1, 1 << 12);
            this.in = new BufferedInputStream(in, size); // For rows of a few bytes; longer ones pass by it.
            this.inflater = inflater;
        }

        @Override
        public void row(byte[] to) throws IOException {
            if (in.readNBytes(to, 0, to.length) < to.length) {
                throw new EOFException();
            }
            if (!layout.predicted) {
                return;
            }
            int step = layout.planar ? 1 : layout.bands;
            if (layout.bits == 8) {
                for (int i = step; i < to.length; i++) {
                    to[i] += to[i - step];
                }
                return;
            }
            int high = layout.bigEndian ? 0 : 1;
            for (int i = 2 * step; i < to.length; i += 2) {
                int sum = Bits.sample(to, i / 2, 16, layout.bigEndian)
                        + Bits.sample(to, i / 2 - step, 16, layout.bigEndian);
                to[i + high] = (byte) (sum >> 8);
                to[i + 1 - high] = (byte) sum;
            }
        }

        @Override
        public void close() {
            if (inflater != null) {
                inflater.end();
            }
        }
    }

    private void unpack(byte[] row, int left, int plane, int[] line) {
        int n = Math.min(layout.blockWidth, width() - left);
        int channels = taken.length;
        int bits = layout.photometric == TiffLayout.YCBCR || jpeg != null ? 8 : layout.bits;
        if (palette != null) {
            for (int x = 0; x < n; x++) {
                int index = 3 * Bits.sample(row, x * layout.bands, bits, layout.bigEndian);
                for (int c = 0; c < channels; c++) {
                    line[(left + x) * channels + c] = palette[index + taken[c]];
                }
            }
            return;
        }
        int max = bits == 16 ? 0xffff : 0xff;
        boolean inverted = layout.photometric == TiffLayout.WHITE_IS_ZERO;
        int first = layout.planar ? plane : 0;
        int last = layout.planar ? plane + 1 : channels;
        int step = layout.planar ? 1 : layout.bands;
        for (int c = first; c < last; c++) {
            int band = layout.planar ? 0 : taken[c];
            Bits.unpack(row, band, step, bits, layout.bigEndian, line, left * channels + c, channels, n);
            if (inverted) {
                for (int x = 0, to = left * channels + c; x < n; x++, to += channels) {
                    line[to] = max - line[to];
                }
            }
        }
    }
}
