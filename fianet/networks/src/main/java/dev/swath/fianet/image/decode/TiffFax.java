package dev.swath.fianet.image.decode;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ServiceLoader;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Facsimile (CCITT T.4 and T.6) strips, each given to TwelveMonkeys' reader as a TIFF of its own. */
final class TiffFax implements AutoCloseable {
    private static final String READER = "com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi";
    private static final int MOST_BYTES = 1 << 26;
    private static final int ENTRIES = 10;

    private final ByteSource source;
    private final TiffLayout layout;
    private final int optionsTag;
    private final long options;
    private final ImageReader reader;

    TiffFax(ByteSource source, TiffDirectory d, TiffLayout layout) throws IOException {
        this.source = source;
        this.layout = layout;
        optionsTag = layout.compression == TiffLayout.FAX_4 ? TiffDirectory.T6_OPTIONS : TiffDirectory.T4_OPTIONS;
        options = d.one(optionsTag, 0);
        reader = reader(source);
    }

    TiffDecoder.Block open(int index, int lines) throws IOException {
        long count = layout.counts[index];
        if (count > MOST_BYTES) {
            throw source.refuse("a strip of facsimile has " + count + " bytes; at most " + MOST_BYTES + " are read");
        }
        byte[] rows = decode(tiff(source.bytes(layout.offsets[index], (int) count), lines), lines);
        int length = (layout.blockWidth + 7) / 8;
        return new TiffDecoder.Block() {
            private int at;

            @Override
            public void row(byte[] to) throws IOException {
                if (at + length > rows.length) {
                    throw new EOFException();
                }
                System.arraycopy(rows, at, to, 0, length);
                at += length;
            }
        };
    }

    private byte[] tiff(byte[] data, int lines) {
        int at = 8 + 2 + 12 * ENTRIES + 4;
        ByteBuffer b = ByteBuffer.allocate(at + data.length);
        b.put((byte) 'M').put((byte) 'M').putShort((short) 42).putInt(8).putShort((short) ENTRIES);
        entry(b, TiffDirectory.WIDTH, layout.blockWidth);
        entry(b, TiffDirectory.HEIGHT, lines);
        entry(b, TiffDirectory.BITS, 1);
        entry(b, TiffDirectory.COMPRESSION, layout.compression);
        entry(b, TiffDirectory.PHOTOMETRIC, TiffLayout.BLACK_IS_ZERO);
        entry(b, TiffDirectory.FILL_ORDER, layout.reversed ? 2 : 1);
        entry(b, TiffDirectory.STRIP_OFFSETS, at);
        entry(b, TiffDirectory.ROWS_PER_STRIP, lines);
        entry(b, TiffDirectory.STRIP_COUNTS, data.length);
        entry(b, optionsTag, options);
        b.putInt(0).put(data);
        return b.array();
    }

    private static void entry(ByteBuffer to, int tag, long value) {
        to.putShort((short) tag).putShort((short) 4).putInt(1).putInt((int) value);
    }

    private byte[] decode(byte[] tiff, int lines) {
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(tiff))) {
            reader.setInput(in, true, true);
            Raster raster = reader.read(0).getRaster();
            byte[] packed = ((DataBufferByte) raster.getDataBuffer()).getData();
            if (packed.length < (layout.blockWidth + 7L) / 8 * lines) {
                throw new EOFException();
            }
            return packed;
        } catch (IOException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | NegativeArraySizeException
                | ArithmeticException
                | NullPointerException
                | IllegalStateException
                | ClassCastException e) {
            throw source.refuse("the image is damaged or cut off: its facsimile data cannot be unpacked", e);
        }
    }

    @Override
    public void close() {
        reader.dispose();
    }

    /** By its name, so that no reader of a host stands in its place. */
    private static ImageReader reader(ByteSource source) {
        return ServiceLoader.load(ImageReaderSpi.class, TiffFax.class.getClassLoader()).stream()
                .filter(p -> p.type().getName().equals(READER))
                .findFirst()
                .map(p -> {
                    try {
                        return p.get().createReaderInstance();
                    } catch (IOException e) {
                        throw source.refuse("the reader of facsimile in TIFF does not start", e);
                    }
                })
                .orElseThrow(() -> source.refuse(
                        "facsimile in TIFF is read where TwelveMonkeys' imageio-tiff is installed; here it is not"));
    }
}
