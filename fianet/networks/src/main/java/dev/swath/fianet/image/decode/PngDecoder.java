package dev.swath.fianet.image.decode;

import dev.swath.fianet.image.Bands;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * PNG (ISO/IEC 15948): all colour types, depths and both interlace methods, a row at a time. Of the chunks only IHDR, PLTE
 * and IDAT are looked at, so texts and profiles are not unpacked; transparency, gamma and profiles are left aside.
 */
final class PngDecoder extends Decoder {
    private static final long SIGNATURE = 0x89504e470d0a1a0aL;
    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504c5445;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454e44;
    private static final int GRAY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GRAY_ALPHA = 4;
    private static final int RGB_ALPHA = 6;

    /** Of the seven passes of an interlaced image: first column and row, distance of columns and rows. */
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private final int bits;
    private final int bands;
    private final boolean interlaced;
    private final byte @Nullable [] palette;
    private final long data;
    private final int[] taken;

    /** Whether the samples of a row are those of the line, one by one. */
    private final boolean asStored;

    /** What the filters have taken so far, in all passes. */
    private long steps;

    static boolean isPng(ByteSource source) throws IOException {
        byte[] head = new byte[8];
        return source.some(0, head, 0, 8) == 8 && ByteSource.of(head, "").number(0, 8, true) == SIGNATURE;
    }

    PngDecoder(ByteSource source, @Nullable Bands wanted) throws IOException {
        super(source);
        byte[] header = chunk(8, IHDR, 13);
        ByteSource fields = ByteSource.of(header, source.name());
        size(fields.number(0, 4, true), fields.number(4, 4, true));
        bits = header[8];
        int colour = header[9];
        boolean allowed =
                switch (colour) {
                    case GRAY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
                    case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
                    case RGB, GRAY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
                    default -> false;
                };
        if (!allowed) {
            throw source.refuse("a PNG has no colour type " + (colour & 0xff) + " with " + (bits & 0xff) + " bits");
        }
        if (header[10] != 0 || header[11] != 0 || header[12] < 0 || header[12] > 1) {
            throw source.refuse("the PNG asks for a compression, filter or interlace method that does not exist");
        }
        interlaced = header[12] == 1;
        bands = switch (colour) {
            case RGB -> 3;
            case RGB_ALPHA -> 4;
            case GRAY_ALPHA -> 2;
            default -> 1;
        };
        byte[] colours = null;
        long at = 8 + 12 + 13;
        while (type(at) != IDAT) {
            long length = length(at);
            if (type(at) == IEND) {
                throw source.refuse("the PNG holds no pixels: it has no chunk IDAT");
            }
            if (type(at) == PLTE && colour == PALETTE) {
                if (length == 0 || length > 768 || length % 3 != 0) {
                    throw source.refuse("the palette of a PNG has 3 to 768 bytes, three a colour; this has " + length);
                }
                colours = Arrays.copyOf(chunk(at, PLTE, (int) length), 768);
            }
            at += 12 + length;
        }
        if (colour == PALETTE && colours == null) {
            throw source.refuse("the PNG has colours by a palette, but no palette");
        }
        palette = colours;
        data = at;
        long rows = Bits.bytes((long) width() * bands * bits) * height();
        requireProportion(source, rows * (interlaced ? 2 : 1) * (bits == 16 ? 2 : 1));
        taken = taken(palette == null ? bands : 3, wanted);
        asStored = bands == taken.length && IntStream.range(0, bands).allMatch(c -> taken[c] == c);
    }

    private long length(long at) throws IOException {
        long length = source.number(at, 4, true);
        if (length > Integer.MAX_VALUE) {
            throw source.refuse("a chunk of the PNG claims " + length + " bytes; at most 2147483647 are allowed");
        }
        return length;
    }

    private int type(long at) throws IOException {
        return (int) source.number(at + 4, 4, true);
    }

    private byte[] chunk(long at, int type, int length) throws IOException {
        if (type(at) != type || source.number(at, 4, true) != length) {
            throw source.refuse("a PNG begins with a chunk IHDR of 13 bytes; this one does not");
        }
        byte[] body = source.bytes(at + 8, length);
        CRC32 crc = new CRC32();
        crc.update(source.bytes(at + 4, 4));
        crc.update(body);
        if (crc.getValue() != source.number(at + 8 + length, 4, true)) {
            throw source.refuse("the image is damaged: a checksum of the PNG's header does not match");
        }
        return body;
    }

    @Override
    public int channels() {
        return taken.length;
    }

    @Override
    public boolean wide() {
        return bits == 16;
    }

    /** The contents of the IDAT chunks, which follow each other, as one stream. */
    private final class Data extends InputStream {
        private long at = data;
        private long left;

        Data() throws IOException {
            left = length(at);
            at += 8;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int from, int n) throws IOException {
            while (left == 0) {
                if (type(at + 4) != IDAT) {
                    return -1;
                }
                left = length(at + 4);
                at += 12;
            }
            int some = source.some(at, to, from, (int) Math.min(n, left));
            if (some == 0) {
                throw new EOFException();
            }
            at += some;
            left -= some;
            return some;
        }
    }

    /** Unpacks the rows of the image, or of one pass over it. */
    private final class Pass implements AutoCloseable {
        final int columns;
        final int lines;
        private final int step = Math.max(1, bands * bits / 8);
        private final Inflater inflater = new Inflater();
        private final InputStream in;
        private byte[] row;
        private byte[] before;

        Pass(int columns, int lines, long skip) throws IOException {
            this.columns = columns;
            this.lines = lines;
            in = new BufferedInputStream(new InflaterInputStream(new Data(), inflater, 1 << 14), 1 << 13);
            row = new byte[(int) Bits.bytes((long) columns * bands * bits)];
            before = new byte[row.length];
            in.skipNBytes(skip);
        }

        long bytes() {
            return columns == 0 ? 0 : (row.length + 1L) * lines;
        }

        byte[] next() throws IOException {
            byte[] last = before;
            before = row;
            row = last;
            int filter = in.read();
            if (filter < 0 || in.readNBytes(row, 0, row.length) < row.length) {
                throw new EOFException();
            }
            int work = PngFilters.undo(filter, row, before, step);
            if (work < 0) {
                throw source.refuse("the image is damaged: a row of the PNG asks for filter " + filter);
            }
            steps += work;
            requireSteps(source, steps);
            return row;
        }

        @Override
        public void close() {
            inflater.end();
        }
    }

    /** The {@code n} pixels of a row, or of a row of a pass, into every {@code apart}-th pixel of the line from {@code x} on. */
    private void put(byte[] row, int n, int[] line, int x, int apart) {
        int channels = taken.length;
        if (palette != null) {
            for (int i = 0, to = x * channels; i < n; i++, to += apart * channels) {
                int colour = 3 * Bits.sample(row, i, bits, true);
                for (int c = 0; c < channels; c++) {
                    line[to + c] = palette[colour + taken[c]] & 0xff;
                }
            }
        } else if (asStored && apart == 1) {
            Bits.unpack(row, 0, 1, bits, true, line, x * channels, 1, n * channels);
        } else {
            for (int c = 0; c < channels; c++) {
                Bits.unpack(row, taken[c], bands, bits, true, line, x * channels + c, apart * channels, n);
            }
        }
    }

    @Override
    void decode(Rows rows) throws IOException {
        int[] line = new int[width() * taken.length];
        if (interlaced) {
            decodeInterlaced(rows, line);
            return;
        }
        try (Pass all = new Pass(width(), height(), 0)) {
            for (int y = 0; y < height(); y++) {
                byte[] row = all.next();
                if (y > 0 && Arrays.equals(row, all.before)) {
                    rows.again(y, line);
                    continue;
                }
                put(row, width(), line, 0, 1);
                rows.row(y, line);
            }
        }
    }

    /** Each pass is unpacked by itself behind those before it: twice the work in all, but never more than a few rows. */
    private void decodeInterlaced(Rows rows, int[] line) throws IOException {
        List<Pass> passes = new ArrayList<>();
        try {
            long skip = 0;
            for (int[] p : ADAM7) {
                int columns = Math.max(0, (width() - p[0] + p[2] - 1) / p[2]);
                int lines = Math.max(0, (height() - p[1] + p[3] - 1) / p[3]);
                Pass pass = new Pass(columns, lines, skip);
                passes.add(pass);
                skip += pass.bytes();
            }
            for (int y = 0; y < height(); y++) {
                for (int n = 0; n < ADAM7.length; n++) {
                    int[] p = ADAM7[n];
                    if (y < p[1] || (y - p[1]) % p[3] != 0 || passes.get(n).columns == 0) {
                        continue;
                    }
                    byte[] row = passes.get(n).next();
                    put(row, passes.get(n).columns, line, p[0], p[2]);
                }
                rows.row(y, line);
            }
        } finally {
            passes.forEach(Pass::close);
        }
    }
}
