package dev.swath.fianet.image.decode;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JPEGs of a TIFF. Of the present kind (compression 7) each strip or tile is a picture, its tables perhaps in a tag of
 * their own. Of the old kind (6) the picture stands as a whole at one place, or its tables do and the strips hold the
 * scans, or everything but the scans stands in tags.
 */
final class TiffJpeg {
    private static final int MAX_BAND = 1 << 28;

    /** Scans of all strips and tiles together. */
    private static final int MAX_SCANS = 1 << 16;

    /** As much as tiles may be larger than the image that they cover. */
    private static final long PADDED = 4;

    private final ByteSource source;
    private final TiffDirectory directory;
    private final TiffLayout layout;
    private final List<JpegHeader.Piece> tables = new ArrayList<>();
    private final @Nullable JpegHeader stream;
    private byte @Nullable [] whole;
    private final JpegWork work;
    private int scans;

    TiffJpeg(ByteSource source, TiffDirectory directory, TiffLayout layout) throws IOException {
        this.source = source;
        this.directory = directory;
        this.layout = layout;
        work = new JpegWork(source, PADDED * layout.width * layout.height * layout.bands);
        long band = (long) layout.across * layout.blockWidth * layout.blockHeight * (layout.planar ? 1 : layout.bands);
        if (layout.tiled && band > Math.max(MAX_BAND, 4L * layout.width * layout.height)) {
            throw source.refuse("tiles of " + layout.blockWidth + " x " + layout.blockHeight
                    + " pixels are not read in an image of " + layout.width + " x " + layout.height);
        }
        if (layout.compression == TiffLayout.JPEG) {
            stream = null;
            if (directory.has(TiffDirectory.JPEG_TABLES)) {
                JpegHeader.Piece p = directory.place(TiffDirectory.JPEG_TABLES);
                tables.addAll(JpegHeader.tables(source, p.from(), p.to()).pieces);
            }
            return;
        }
        if (directory.one(TiffDirectory.JPEG_PROC, 1) != 1) {
            throw source.refuse("old-style JPEG in a TIFF with lossless coding is not read; convert the image");
        }
        long at = directory.one(TiffDirectory.JPEG_STREAM, 0);
        stream = at > 0 && at < source.length() && JpegHeader.starts(source, at)
                ? JpegHeader.read(source, at, source.length(), false)
                : null;
        if (stream == null && layout.offsets.length == 0) {
            throw source.refuse("the TIFF names neither strips nor a JPEG");
        }
        if (stream != null) {
            work.take(stream);
        }
    }

    TiffDecoder.Block open(int index, int row, int column) throws IOException {
        if (layout.compression == TiffLayout.JPEG) {
            JpegHeader h = picture(index);
            return rows(JdkJpeg.decode(source, tables, h), h.width, h.height, h.components.length, row, column, 0);
        }
        if (stream != null && stream.scans > 0 && (layout.offsets.length <= 1 || !layout.tiled)) {
            if (whole == null) {
                whole = JdkJpeg.decode(source, List.of(), stream);
                colours(whole, stream.components.length);
            }
            int first = row * layout.blockHeight;
            return new Rows(whole, stream.width, first, stream.components.length, stream.height);
        }
        if (index >= layout.offsets.length) {
            throw source.refuse("the image is damaged or cut off: the JPEG in the TIFF has no scan");
        }
        if (JpegHeader.starts(source, layout.offsets[index])) {
            JpegHeader h = picture(index);
            return rows(JdkJpeg.decode(source, List.of(), h), h.width, h.height, h.components.length, row, column, 0);
        }
        // The last strip may be lower than the others; a tile never is.
        long left = layout.height - (long) row * layout.blockHeight;
        int lines = layout.tiled ? layout.blockHeight : (int) Math.min(layout.blockHeight, left);
        JdkJpeg.Joined in = fromTags(index, lines);
        byte[] samples = JdkJpeg.decode(source, in, layout.blockWidth, lines, layout.bands);
        return rows(samples, layout.blockWidth, lines, layout.bands, row, column, 0);
    }

    private JpegHeader picture(int index) throws IOException {
        long from = layout.offsets[index];
        JpegHeader h = JpegHeader.read(source, from, from + layout.counts[index], false);
        if (h.scans == 0 || h.components.length == 0) {
            throw source.refuse("the image is damaged: strip or tile " + (index + 1) + " holds no picture");
        }
        scans += h.scans;
        if (scans > MAX_SCANS) {
            throw source.refuse("the JPEGs in the TIFF have more than " + MAX_SCANS + " scans");
        }
        int expected = layout.planar ? 1 : layout.bands;
        if (h.components.length != expected) {
            throw source.refuse("strip or tile " + (index + 1) + " has " + h.components.length
                    + " components where the TIFF says " + expected);
        }
        work.take(h);
        long most = Math.max(MAX_BAND, 4L * layout.width * layout.height);
        if ((long) h.width * h.height * expected > most) {
            throw source.refuse(
                    "strip or tile " + (index + 1) + " holds a picture of " + h.width + " x " + h.height + " pixels");
        }
        return h;
    }

    private void colours(byte[] samples, int components) {
        if (layout.photometric == TiffLayout.YCBCR && components == 3) {
            JdkJpeg.toRgb(samples);
        }
    }

    private TiffDecoder.Block rows(
            byte[] samples, int width, int height, int components, int row, int column, int first) {
        long neededWidth = Math.min(layout.blockWidth, layout.width - (long) column * layout.blockWidth);
        long neededHeight = Math.min(layout.blockHeight, layout.height - (long) row * layout.blockHeight);
        if (width < neededWidth || height < neededHeight) {
            throw source.refuse("a strip or tile holds a picture of " + width + " x " + height + " pixels where "
                    + neededWidth + " x " + neededHeight + " are needed");
        }
        colours(samples, components);
        return new Rows(samples, width, first, components, height);
    }

    /** Rows of a decoded picture. */
    private static final class Rows implements TiffDecoder.Block {
        private final byte[] samples;
        private final int length;
        private final int height;
        private int row;

        Rows(byte[] samples, int width, int row, int components, int height) {
            this.samples = samples;
            this.length = width * components;
            this.row = row;
            this.height = height;
        }

        @Override
        public void row(byte[] to) throws IOException {
            if (row >= height) {
                throw new EOFException();
            }
            System.arraycopy(samples, row * length, to, 0, Math.min(length, to.length));
            row++;
        }
    }

    /** A picture whose scan is the block, and whose tables and frame are made of the TIFF's tags. */
    private JdkJpeg.Joined fromTags(int index, int lines) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd8});
        long from = layout.offsets[index];
        List<JpegHeader.Piece> scan = List.of(new JpegHeader.Piece(from, from + layout.counts[index]));
        JdkJpeg.Joined in = new JdkJpeg.Joined(source);
        if (stream != null) {
            return in.add(head.toByteArray()).add(stream.pieces).add(scan).add(new byte[] {(byte) 0xff, (byte) 0xd9});
        }
        int n = layout.bands;
        table(head, 0xdb, TiffDirectory.JPEG_Q_TABLES, 0, 64);
        table(head, 0xc4, TiffDirectory.JPEG_DC_TABLES, 0, 16);
        table(head, 0xc4, TiffDirectory.JPEG_AC_TABLES, 0x10, 16);
        segment(head, 0xc0, 6 + 3 * n);
        head.write(8);
        head.write(lines >> 8);
        head.write(lines);
        head.write(layout.blockWidth >> 8);
        head.write(layout.blockWidth);
        head.write(n);
        for (int i = 0; i < n; i++) {
            head.write(i + 1);
            head.write(i == 0 ? layout.subsampling[0] << 4 | layout.subsampling[1] : 0x11);
            head.write(i);
        }
        segment(head, 0xda, 4 + 2 * n);
        head.write(n);
        for (int i = 0; i < n; i++) {
            head.write(i + 1);
            head.write(i << 4 | i);
        }
        head.writeBytes(new byte[] {0, 63, 0});
        return in.add(head.toByteArray()).add(scan).add(new byte[] {(byte) 0xff, (byte) 0xd9});
    }

    private static void segment(ByteArrayOutputStream to, int marker, int length) {
        to.write(0xff);
        to.write(marker);
        to.write(length + 2 >> 8);
        to.write(length + 2);
    }

    /** One table for each component: {@code fixed} bytes, and of a Huffman table as many symbols as they count. */
    private void table(ByteArrayOutputStream to, int marker, int tag, int kind, int fixed) throws IOException {
        if (layout.bands > 4 || layout.blockWidth > 0xffff || layout.blockHeight > 0xffff) {
            throw source.refuse(
                    "old-style JPEG in a TIFF of this size or number of bands is not read; convert the image");
        }
        long[] places = directory.values(tag, layout.bands);
        for (int i = 0; i < places.length; i++) {
            byte[] counts = source.bytes(places[i], fixed);
            int symbols = 0;
            for (int k = 0; marker == 0xc4 && k < fixed; k++) {
                symbols += counts[k] & 0xff;
            }
            if (symbols > 256) {
                throw source.refuse(
                        "the image is damaged: a Huffman table of the old-style JPEG has " + symbols + " symbols");
            }
            segment(to, marker, 1 + fixed + symbols);
            to.write(kind | i);
            to.writeBytes(counts);
            to.writeBytes(source.bytes(places[i] + fixed, symbols));
        }
    }
}
