package dev.swath.fianet.image.decode;

import dev.swath.fianet.image.Bands;
import dev.swath.files.FileKind;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** An image file whose header has been read and checked, and whose pixels are decoded row by row as often as wanted. */
public abstract class Decoder {
    /** Most pixels that are decoded. */
    public static final long MAX_PIXELS = 200_000_000;

    /** Longest side: a row costs something however short it is, and a network's square makes it long again. */
    private static final int MAX_SIDE = 1 << 20;

    /** Bytes that any file may unpack to, and for each of its own; deflate reaches a thousand where there is nothing to see. */
    private static final long ANY_UNPACKED = 5L << 27;

    private static final long UNPACKED_EACH_BYTE = 256;

    /** Steps of a PNG's filters that take some 10 ns each: for any file, and for each of its bytes. A photograph has about one a byte. */
    private static final long ANY_STEPS = 1L << 26;

    private static final long STEPS_EACH_BYTE = 16;

    private static final long UNKNOWN_LENGTH = 1L << 52;

    /** Takes rows of samples. */
    @FunctionalInterface
    public interface Rows {
        /**
         * Takes a row, the topmost first.
         *
         * @param y counted from 0
         * @param samples of {@link #channels} for each pixel; used again for the next row, and not to be changed
         */
        void row(int y, int[] samples);

        /** Takes a row that is equal to the one before, whose samples these still are. */
        default void again(int y, int[] samples) {
            row(y, samples);
        }
    }

    final ByteSource source;
    private int width;
    private int height;

    Decoder(ByteSource source) {
        this.source = source;
    }

    /** Reads the header by the file's first bytes. */
    public static Decoder of(ByteSource source, @Nullable Bands bands) {
        return of(source, bands, false);
    }

    /** As before; if only the size is wanted, what stands behind a header is not looked at. */
    public static Decoder of(ByteSource source, @Nullable Bands bands, boolean sizeOnly) {
        try {
            if (PngDecoder.isPng(source)) {
                return new PngDecoder(source, bands);
            }
            if (JpegDecoder.isJpeg(source)) {
                return new JpegDecoder(source, bands, sizeOnly);
            }
            if (TiffDirectory.isTiff(source)) {
                return new TiffDecoder(source, bands);
            }
            byte[] head = new byte[FileKind.HEAD];
            throw source.refuse(unknown(Arrays.copyOf(head, source.some(0, head, 0, head.length)), source.length()));
        } catch (EOFException e) {
            throw source.refuse("the image is cut off: the file ends within its header", e);
        } catch (IOException e) {
            throw source.refuse("the file cannot be read", e);
        }
    }

    /**
     * Why a file of no kind that is read is refused, and what it is instead if that is known.
     *
     * @param head its first {@link FileKind#HEAD} bytes, or all
     * @param size of the whole file
     */
    public static String unknown(byte[] head, long size) {
        String rule = "this is no image of a kind that is read here: PNG, JPEG or TIFF";
        String begin = new String(head, StandardCharsets.ISO_8859_1);
        if (begin.startsWith("\u0089PNG")) {
            return "the image is damaged: the first bytes of the PNG were changed, as a transfer in text mode does";
        }
        if (begin.startsWith("PK\3\4")) {
            return rule + "; it is a zip archive, to be unpacked first";
        }
        return FileKind.of(head, size)
                .or(() -> Optional.of("a text").filter(_ -> FileKind.isText(head)))
                .map(words -> rule + "; it is " + words)
                .orElse(rule);
    }

    /** Whether a file that begins with these bytes, at least 8, is of a kind that is read. */
    public static boolean isKnown(byte[] head) {
        ByteSource source = ByteSource.of(head, "");
        try {
            return PngDecoder.isPng(source) || JpegDecoder.isJpeg(source) || TiffDirectory.isTiff(source);
        } catch (IOException e) {
            return false; // Too short to be one.
        }
    }

    /** Keeps the size if it can be read. */
    final void size(long w, long h) {
        if (w < 1 || h < 1 || w > MAX_PIXELS || h > MAX_PIXELS || w * h > MAX_PIXELS) {
            throw source.refuse("the image has " + Long.toUnsignedString(w) + " x " + Long.toUnsignedString(h)
                    + " pixels; from 1 to " + MAX_PIXELS + " are read");
        }
        if (w > MAX_SIDE || h > MAX_SIDE) {
            throw source.refuse("the image has " + w + " x " + h + " pixels; a side may have at most " + MAX_SIDE);
        }
        width = (int) w;
        height = (int) h;
    }

    /** Refuses a file that unpacks to far more than an image of so few bytes can have reason to; what is read twice counts twice. */
    static void requireProportion(ByteSource source, long unpacked) {
        if (exceeds(source, unpacked, ANY_UNPACKED, UNPACKED_EACH_BYTE)) {
            throw source.refuse("the image unpacks to " + unpacked + " bytes, which is out of proportion to its "
                    + source.length() + " bytes");
        }
    }

    /** Refuses a file whose filters take far more work than an image of so few bytes can have reason to. */
    static void requireSteps(ByteSource source, long steps) {
        if (exceeds(source, steps, ANY_STEPS, STEPS_EACH_BYTE)) {
            throw source.refuse(
                    "the image's filters take work that is out of proportion to its " + source.length() + " bytes");
        }
    }

    /** Whether it is more than any file may take, and for each of its bytes; of a stream of unknown length nothing is. */
    private static boolean exceeds(ByteSource source, long amount, long any, long eachByte) {
        return source.length() < UNKNOWN_LENGTH && amount > any + eachByte * source.length();
    }

    /** The places of the three bands of {@code count} that are taken, or of one. */
    final int[] taken(int count, @Nullable Bands bands) {
        if (bands == null) {
            return count >= 3 ? new int[] {0, 1, 2} : new int[] {0};
        }
        if (bands.last() > count) {
            throw source.refuse("band " + bands.last() + " was asked for, but the image has " + count
                    + (count == 1 ? " band" : " bands"));
        }
        return new int[] {bands.red() - 1, bands.green() - 1, bands.blue() - 1};
    }

    /** Pixels across, as stored. */
    public final int width() {
        return width;
    }

    /** Pixels down, as stored. */
    public final int height() {
        return height;
    }

    /** 1 for gray, 3 for red, green and blue. */
    public abstract int channels();

    /** Whether samples reach 65535, not 255. */
    public abstract boolean wide();

    /** TIFF's number for how the stored rows are to be turned: 1 for not at all, to 8. */
    public int orientation() {
        return 1;
    }

    /** What a user should be told of the file, in sentences without its name; mostly nothing. */
    public List<String> notes() {
        return List.of();
    }

    /** Decodes all rows. */
    public final void read(Rows rows) {
        try {
            decode(rows);
        } catch (EOFException e) {
            throw source.refuse("the image is cut off: its data ends before its last row", e);
        } catch (ZipException e) {
            throw source.refuse("the image is damaged: its compressed data cannot be unpacked", e);
        } catch (IOException e) {
            throw source.refuse("the file cannot be read", e);
        }
    }

    abstract void decode(Rows rows) throws IOException;
}
