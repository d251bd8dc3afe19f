package dev.swath.fianet.image.decode;

import dev.swath.fianet.image.Bands;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JPEG of one or three components; its values are those stored, whatever profile or orientation stands beside them. */
final class JpegDecoder extends Decoder {
    static final String CMYK =
            "CMYK and other colours than gray, palette and RGB are not read; convert the image to RGB";
    private static final int TAIL = 4096;

    private final JpegHeader header;
    private final int[] taken;

    static boolean isJpeg(ByteSource source) throws IOException {
        return source.at(0) == 0xff && source.at(1) == 0xd8;
    }

    JpegDecoder(ByteSource source, @Nullable Bands bands, boolean sizeOnly) throws IOException {
        super(source);
        header = JpegHeader.read(source, 0, source.length(), sizeOnly);
        if (sizeOnly ? source.length() < Long.MAX_VALUE && !endsSoon() : !header.ended) {
            throw source.refuse("the JPEG is cut off: its end marker is missing");
        }
        if (header.components.length == 0 || header.scans == 0 && !sizeOnly) {
            throw source.refuse("the image is damaged: the JPEG has no "
                    + (header.components.length == 0 ? "frame header" : "scan"));
        }
        if (header.components.length != 1 && header.components.length != 3) {
            throw source.refuse(CMYK);
        }
        size(header.width, header.height);
        if (!sizeOnly) {
            new JpegWork(source, header.samples()).take(header);
        }
        taken = taken(header.components.length, bands);
    }

    /** A decoder fills in what a file that was cut off lacks, so its end marker is looked for, first where it mostly stands. */
    private boolean endsSoon() throws IOException {
        int n = (int) Math.min(TAIL, source.length());
        byte[] tail = source.bytes(source.length() - n, n);
        for (int i = n - 2; i >= 0; i--) {
            if (tail[i] == (byte) 0xff && tail[i + 1] == (byte) 0xd9) {
                return true;
            }
        }
        return JpegHeader.read(source, 0, source.length(), false).ended;
    }

    @Override
    public int channels() {
        return taken.length;
    }

    @Override
    public boolean wide() {
        return false;
    }

    @Override
    public List<String> notes() {
        return header.orientation == 1
                ? List.of()
                : List.of("the EXIF orientation " + header.orientation
                        + " of the JPEG is passed over; the image is taken as it is stored");
    }

    @Override
    void decode(Rows rows) throws IOException {
        int components = header.components.length;
        boolean luma = components == 3 && header.yCbCr();
        int[] line = new int[width() * taken.length];
        JdkJpeg.decode(source, header, (y, samples) -> {
            if (luma) {
                JdkJpeg.toRgb(samples);
            }
            for (int c = 0; c < taken.length; c++) {
                Bits.unpack(samples, taken[c], components, 8, true, line, c, taken.length, width());
            }
            rows.row(y, line);
        });
    }
}
