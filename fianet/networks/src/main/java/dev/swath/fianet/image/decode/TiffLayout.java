package dev.swath.fianet.image.decode;

import static dev.swath.fianet.image.decode.TiffDirectory.*;

import dev.swath.files.Counted;
import java.io.IOException;
import java.util.Arrays;

/** How a TIFF stores its samples, checked: everything that is not read is refused here by its name. */
final class TiffLayout {
    static final int WHITE_IS_ZERO = 0;
    static final int BLACK_IS_ZERO = 1;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int YCBCR = 6;

    static final int NONE = 1;
    static final int FAX_RLE = 2;
    static final int FAX_3 = 3;
    static final int FAX_4 = 4;
    static final int LZW = 5;
    static final int OLD_JPEG = 6;
    static final int JPEG = 7;
    static final int DEFLATE = 8;
    static final int OLD_DEFLATE = 32946;
    static final int PACK_BITS = 32773;

    /** Most bands: more than any sensor of the air or of space has. */
    private static final int MAX_BANDS = 512;

    /** Most blocks that are each a JPEG or a facsimile of their own: each costs a decoder. */
    private static final int MAX_PICTURES = 16384;

    /** Most tiles beside each other, for each is unpacked by itself. */
    private static final int MAX_ACROSS = 4096;

    private static final int MAX_TILE_WIDTH = 1 << 16;

    final long width;
    final long height;
    final int bands;
    final int bits;
    final int compression;
    final int photometric;
    final boolean planar;
    final boolean predicted;
    final boolean reversed;
    final int orientation;
    final boolean bigEndian;
    final boolean tiled;
    final int blockWidth;
    final int blockHeight;
    final int across;
    final int down;

    /** The horizontal and vertical subsampling of the chromas. */
    final int[] subsampling;

    /** Where the blocks stand and how long they are. */
    final long[] offsets;

    final long[] counts;

    TiffLayout(ByteSource source, TiffDirectory d) throws IOException {
        bigEndian = d.bigEndian();
        width = d.values(WIDTH, 1)[0];
        height = d.values(HEIGHT, 1)[0];
        compression = (int) d.one(COMPRESSION, NONE);
        if (!isRead(compression)) {
            throw source.refuse("the compression of the TIFF, " + compressionName(compression)
                    + ", is not read; save it with LZW, Deflate, PackBits, JPEG or none");
        }
        long samples = d.one(SAMPLES, compression == OLD_JPEG && !d.has(PHOTOMETRIC) ? 3 : 1);
        if (samples < 1 || samples > MAX_BANDS) {
            throw source.refuse("the TIFF has " + samples + " bands; from 1 to " + MAX_BANDS + " are read");
        }
        bands = (int) samples;
        requireUnsigned(source, d);
        bits = bits(source, d);
        photometric = photometric(source, d);
        planar = bands > 1 && oneOf(source, d, PLANAR, 1, 2) == 2;
        int predictor = (int) d.one(PREDICTOR, 1);
        boolean predictable = compression == LZW || compression == DEFLATE || compression == OLD_DEFLATE;
        if (predictable && predictor != 1 && (predictor != 2 || bits < 8)) {
            throw source.refuse(
                    "the predictor " + predictor + " of the TIFF is not read with samples of " + bits + " bits");
        }
        predicted = predictable && predictor == 2;
        reversed = oneOf(source, d, FILL_ORDER, 1, 2) == 2;
        int turned = (int) d.one(ORIENTATION, 1);
        orientation = turned >= 1 && turned <= 8 ? turned : 1;
        subsampling = subsampling(source, d);
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            tiled = false;
            blockWidth = blockHeight = across = down = 0;
            offsets = counts = new long[0];
            return; // Its size is refused by the decoder, as that of any image is.
        }
        tiled = d.has(TILE_WIDTH) || d.has(TILE_OFFSETS);
        long blockAcross = tiled ? d.values(TILE_WIDTH, 1)[0] : width;
        long blockDown = tiled ? d.values(TILE_HEIGHT, 1)[0] : Math.min(height, d.one(ROWS_PER_STRIP, height));
        if (blockAcross < 1
                || blockDown < 1
                || tiled && (blockAcross > Math.max(MAX_TILE_WIDTH, 2 * width) || blockDown > Integer.MAX_VALUE)) {
            throw source.refuse("tiles or strips of " + blockAcross + " x " + blockDown
                    + " pixels are not read in an image of " + width + " x " + height);
        }
        blockWidth = (int) blockAcross;
        blockHeight = (int) blockDown;
        across = (int) ((width + blockWidth - 1) / blockWidth);
        down = (int) ((height + blockHeight - 1) / blockHeight);
        if (across > MAX_ACROSS) {
            throw source.refuse(
                    "the TIFF has " + across + " tiles beside each other; at most " + MAX_ACROSS + " are read");
        }
        long blocks = (long) across * down * (planar ? bands : 1);
        boolean pictures = compression == JPEG || compression == OLD_JPEG || isFax();
        if (pictures && blocks > MAX_PICTURES) {
            throw source.refuse("the TIFF has " + blocks + " strips or tiles that are pictures of their own; at most "
                    + MAX_PICTURES + " are read");
        }
        if (!pictures) {
            Decoder.requireProportion(source, width * height * bands * bits / 8 * (bits == 16 ? 2 : 1));
        }
        offsets = offsets(source, d, blocks);
        counts = counts(source, d, blocks);
    }

    private long[] offsets(ByteSource source, TiffDirectory d, long blocks) throws IOException {
        int tag = tiled && d.has(TILE_OFFSETS) ? TILE_OFFSETS : STRIP_OFFSETS;
        if (compression == OLD_JPEG && !d.has(tag)) {
            return new long[0];
        }
        requireEnough(source, d, tag, blocks);
        return d.values(tag, (int) blocks);
    }

    private void requireEnough(ByteSource source, TiffDirectory d, int tag, long blocks) {
        if (d.has(tag) && d.count(tag) < blocks) {
            throw source.refuse(
                    "the TIFF needs " + blocks + " strips or tiles, but names the places of " + d.count(tag));
        }
    }

    private long[] counts(ByteSource source, TiffDirectory d, long blocks) throws IOException {
        int tag = tiled && d.has(TILE_COUNTS) ? TILE_COUNTS : STRIP_COUNTS;
        long[] out;
        if (d.has(tag)) {
            requireEnough(source, d, tag, blocks);
            out = d.values(tag, (int) Math.min(blocks, Math.max(1, offsets.length)));
        } else {
            out = new long[offsets.length];
        }
        for (int i = 0; i < offsets.length; i++) {
            if (offsets[i] < 8 || offsets[i] >= source.length()) {
                throw source.refuse("the image is damaged or cut off: strip or tile " + (i + 1)
                        + " should begin at byte " + offsets[i] + ", which lies outside the file");
            }
            if (isFax() && out[i] > source.length() - offsets[i]) {
                long there = source.length() - offsets[i];
                throw source.refuse("the image is cut off: strip or tile " + (i + 1) + " should have "
                        + Counted.of(out[i], "byte") + ", " + there + " " + Counted.are(there) + " there");
            }
            // A writer that names no length leaves everything up to the next block, or to the end.
            long rest = source.length() - offsets[i];
            out[i] = out[i] == 0 ? rest : Math.min(out[i], rest);
        }
        return out;
    }

    private int bits(ByteSource source, TiffDirectory d) throws IOException {
        long first = 1;
        if (d.has(BITS)) {
            long[] each = d.values(BITS, (int) Math.min(bands, d.count(BITS)));
            first = each[0];
            for (long b : each) {
                if (b != first) {
                    throw source.refuse("the bands of the TIFF differ in their bits: " + first + " and " + b);
                }
            }
        } else if (compression == OLD_JPEG) {
            first = 8;
        }
        if (first != 1 && first != 2 && first != 4 && first != 8 && first != 16) {
            throw source.refuse("the samples have " + first + " bits; 8 or 16 bits are read, and 1, 2 and 4");
        }
        return (int) first;
    }

    private void requireUnsigned(ByteSource source, TiffDirectory d) throws IOException {
        if (!d.has(SAMPLE_FORMAT)) {
            return;
        }
        for (long format : d.values(SAMPLE_FORMAT, (int) Math.min(bands, d.count(SAMPLE_FORMAT)))) {
            if (format != 1 && format != 4) {
                String kind =
                        switch ((int) format) {
                            case 2 -> "signed numbers";
                            case 3 -> "floating-point numbers";
                            case 5, 6 -> "complex numbers";
                            default -> "numbers of an unknown format, " + format;
                        };
                throw source.refuse("the samples are " + kind + "; they must be unsigned integers of 8 or 16 bits");
            }
        }
    }

    private int photometric(ByteSource source, TiffDirectory d) throws IOException {
        boolean jpeg = compression == OLD_JPEG || compression == JPEG;
        int fallback = d.has(COLOR_MAP) && bands == 1
                ? PALETTE
                : compression == OLD_JPEG && bands == 3
                        ? YCBCR
                        : bands >= 3 ? RGB : isFax() ? WHITE_IS_ZERO : BLACK_IS_ZERO;
        int kind = (int) d.one(PHOTOMETRIC, fallback);
        switch (kind) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> {}
            case RGB -> {
                if (bands < 3) {
                    throw source.refuse("the TIFF says that it holds red, green and blue, but has " + bands
                            + (bands == 1 ? " band" : " bands"));
                }
            }
            case PALETTE -> {
                if (bits > 8) {
                    throw source.refuse("a palette with samples of " + bits + " bits is not read");
                }
            }
            case 4 -> throw source.refuse("the TIFF holds a mask for another image, not an image");
            case YCBCR -> {
                if (bands != 3 || bits != 8) {
                    throw source.refuse("YCbCr colours with " + bands + " bands of " + bits + " bits are not read");
                }
            }
            case 5 -> throw source.refuse(JpegDecoder.CMYK);
            default ->
                throw source.refuse((kind == 8 || kind == 9 || kind == 10
                                ? "CIE L*a*b* colours are not read"
                                : kind == 32803
                                        ? "colour filter arrays (raw photographs) are not read"
                                        : kind == 32844 || kind == 32845
                                                ? "LogLuv colours are not read"
                                                : "the photometric interpretation " + kind + " of the TIFF is not read")
                        + "; convert the image to RGB");
        }
        if (jpeg && bits != 8) {
            throw source.refuse("JPEG in a TIFF has samples of 8 bits; this says " + bits);
        }
        if (isFax() && (bits != 1 || bands != 1)) {
            throw source.refuse(
                    "facsimile compression has one band of one bit; this TIFF has " + bands + " of " + bits);
        }
        return kind;
    }

    private int[] subsampling(ByteSource source, TiffDirectory d) throws IOException {
        if (photometric == YCBCR && planar && compression != OLD_JPEG) {
            throw source.refuse("luma and chroma in planes of their own are not read; convert the image to RGB");
        }
        if (photometric != YCBCR || compression == JPEG) {
            return new int[] {1, 1};
        }
        long[] s = d.has(YCBCR_SUBSAMPLING) ? d.values(YCBCR_SUBSAMPLING, 2) : new long[] {2, 2};
        if (Arrays.stream(s).anyMatch(v -> v != 1 && v != 2 && v != 4)) {
            throw source.refuse("the TIFF's way to store luma and chroma is not read; convert the image to RGB");
        }
        return new int[] {(int) s[0], (int) s[1]};
    }

    /** Whether it is compressed as facsimile machines do. */
    boolean isFax() {
        return compression >= FAX_RLE && compression <= FAX_4;
    }

    private static int oneOf(ByteSource source, TiffDirectory d, int tag, int first, int second) throws IOException {
        int value = (int) d.one(tag, first);
        if (value != first && value != second) {
            throw source.refuse(
                    "the TIFF's tag " + tag + " holds " + value + "; it must be " + first + " or " + second);
        }
        return value;
    }

    private static boolean isRead(int compression) {
        return switch (compression) {
            case NONE, FAX_RLE, FAX_3, FAX_4, LZW, OLD_JPEG, JPEG, DEFLATE, OLD_DEFLATE, PACK_BITS -> true;
            default -> false;
        };
    }

    private static String compressionName(int compression) {
        String name =
                switch (compression) {
                    case 9, 10, 34661, 34663 -> "JBIG";
                    case 32766 -> "NeXT";
                    case 32771 -> "CCITT RLE by words";
                    case 32809 -> "ThunderScan";
                    case 32895, 32896, 32897, 32898 -> "IT8";
                    case 32908, 32909 -> "PixarLog";
                    case 32947 -> "Kodak DCS";
                    case 33003, 33004, 33005, 34712 -> "JPEG 2000";
                    case 34676, 34677 -> "SGI LogLuv";
                    case 34887 -> "LERC";
                    case 34892 -> "lossy JPEG";
                    case 34925 -> "LZMA";
                    case 34926, 50000 -> "Zstd";
                    case 34927, 50001 -> "WebP";
                    case 34933 -> "PNG";
                    case 34934 -> "JPEG XR";
                    case 50002, 52546 -> "JPEG XL";
                    default -> "";
                };
        return name.isEmpty() ? "number " + compression : name + " (" + compression + ")";
    }
}
