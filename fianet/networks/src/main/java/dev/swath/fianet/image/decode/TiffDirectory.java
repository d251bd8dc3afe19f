package dev.swath.fianet.image.decode;

import dev.swath.files.Counted;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The first directory of a TIFF 6.0 or BigTIFF file, in either byte order. Entries are looked at when they are asked for;
 * none has more values than the file has bytes. Further directories are not followed.
 */
final class TiffDirectory {
    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int BITS = 258;
    static final int COMPRESSION = 259;
    static final int PHOTOMETRIC = 262;
    static final int FILL_ORDER = 266;
    static final int STRIP_OFFSETS = 273;
    static final int ORIENTATION = 274;
    static final int SAMPLES = 277;
    static final int ROWS_PER_STRIP = 278;
    static final int STRIP_COUNTS = 279;
    static final int PLANAR = 284;
    static final int T4_OPTIONS = 292;
    static final int T6_OPTIONS = 293;
    static final int PREDICTOR = 317;
    static final int COLOR_MAP = 320;
    static final int TILE_WIDTH = 322;
    static final int TILE_HEIGHT = 323;
    static final int TILE_OFFSETS = 324;
    static final int TILE_COUNTS = 325;
    static final int SAMPLE_FORMAT = 339;
    static final int JPEG_TABLES = 347;
    static final int JPEG_PROC = 512;
    static final int JPEG_STREAM = 513;
    static final int JPEG_Q_TABLES = 519;
    static final int JPEG_DC_TABLES = 520;
    static final int JPEG_AC_TABLES = 521;
    static final int YCBCR_COEFFICIENTS = 529;
    static final int YCBCR_SUBSAMPLING = 530;
    static final int REFERENCE_BLACK_WHITE = 532;

    private static final int MAX_ENTRIES = 65535;

    /** Bytes of a value by its type's number; 0 for none that exists. */
    private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int RATIONAL = 5;
    private static final int LONG8 = 16;

    private record Entry(int type, long count, long at) {}

    private final ByteSource source;
    private final boolean big;
    private final Map<Integer, Entry> entries = new HashMap<>();

    static boolean isTiff(ByteSource source) throws IOException {
        int first = source.at(0);
        if (first != source.at(1) || first != 'I' && first != 'M') {
            return false;
        }
        byte[] version = new byte[2];
        if (source.some(2, version, 0, 2) < 2) {
            return false;
        }
        int number = first == 'M' ? version[0] << 8 | version[1] : version[1] << 8 | version[0];
        return number == 42 || number == 43;
    }

    TiffDirectory(ByteSource source) throws IOException {
        this.source = source;
        big = source.at(0) == 'M';
        boolean wide = number(2, 2) == 43;
        if (wide && (number(4, 2) != 8 || number(6, 2) != 0)) {
            throw source.refuse("a BigTIFF has offsets of 8 bytes; this one says otherwise");
        }
        long at = wide ? number(8, 8) : number(4, 4);
        if (at < 8 || at >= source.length()) {
            throw source.refuse("the TIFF's directory should begin at byte " + Long.toUnsignedString(at)
                    + ", which lies outside the file; it is damaged or cut off");
        }
        long count = number(at, wide ? 8 : 2);
        if (count < 1 || count > MAX_ENTRIES) {
            throw source.refuse("the TIFF's directory says that it has " + Long.toUnsignedString(count)
                    + " entries; it is damaged");
        }
        at += wide ? 8 : 2;
        for (int i = 0; i < count; i++) {
            int tag = (int) number(at, 2);
            int type = (int) number(at + 2, 2);
            long values = number(at + 4, wide ? 8 : 4);
            int size = type < SIZES.length ? SIZES[type] : 0;
            boolean inside = Long.compareUnsigned(values, (wide ? 8 : 4) / Math.max(1, size)) <= 0;
            long place = at + (wide ? 12 : 8);
            if (size > 0) {
                entries.putIfAbsent(tag, new Entry(type, values, inside ? place : number(place, wide ? 8 : 4)));
            }
            at += wide ? 20 : 12;
        }
    }

    private long number(long at, int size) throws IOException {
        return source.number(at, size, big);
    }

    boolean bigEndian() {
        return big;
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    private Entry entry(int tag) {
        Entry e = entries.get(tag);
        if (e == null) {
            throw source.refuse("the TIFF lacks the tag " + name(tag));
        }
        long length = source.length();
        long size = SIZES[e.type];
        if (e.count < 1 || e.count > length / size || e.at < 0 || e.at > length - e.count * size) {
            throw source.refuse("the tag " + name(tag) + " says that it has " + Long.toUnsignedString(e.count)
                    + (e.count == 1 ? " value, which does" : " values, which do") + " not lie in the file"
                    + (length == Long.MAX_VALUE ? "" : " of " + length + " bytes"));
        }
        return e;
    }

    /** Where the values stand, and how many bytes they have. */
    JpegHeader.Piece place(int tag) {
        Entry e = entry(tag);
        return new JpegHeader.Piece(e.at, e.at + e.count * SIZES[e.type]);
    }

    /** How many values a tag has; 0 if it is not there. */
    long count(int tag) {
        return has(tag) ? entry(tag).count : 0;
    }

    /** The first value, or what is to be taken where the tag is not there. */
    long one(int tag, long otherwise) throws IOException {
        return has(tag) ? values(tag, 1)[0] : otherwise;
    }

    /** The first {@code n} values, whole numbers that are not negative. */
    long[] values(int tag, int n) throws IOException {
        Entry e = entry(tag);
        if (e.count < n) {
            throw source.refuse(
                    "the tag " + name(tag) + " has " + Counted.of(e.count, "value") + " where " + n + " are needed");
        }
        int size = SIZES[e.type];
        if (e.type != 1 && e.type != SHORT && e.type != LONG && e.type != LONG8 && e.type != 13 && e.type != 18) {
            throw source.refuse("the tag " + name(tag) + " must hold whole numbers; its type is " + e.type);
        }
        long[] out = new long[n];
        for (int i = 0; i < n; i++) {
            out[i] = number(e.at + (long) i * size, size);
            if (out[i] < 0) {
                throw source.refuse("the tag " + name(tag) + " holds " + Long.toUnsignedString(out[i])
                        + ", which is more than any file has");
            }
        }
        return out;
    }

    /** Fractions, or what is to be taken where the tag is not there. */
    double[] fractions(int tag, double... otherwise) throws IOException {
        if (!has(tag)) {
            return otherwise;
        }
        Entry e = entry(tag);
        if (e.count < otherwise.length || e.type != RATIONAL) {
            throw source.refuse("the tag " + name(tag) + " must hold " + otherwise.length + " fractions");
        }
        double[] out = new double[otherwise.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (double) number(e.at + 8L * i, 4) / Math.max(1, number(e.at + 8L * i + 4, 4));
        }
        return out;
    }

    private static String name(int tag) {
        String name =
                switch (tag) {
                    case WIDTH -> "ImageWidth";
                    case HEIGHT -> "ImageLength";
                    case BITS -> "BitsPerSample";
                    case COMPRESSION -> "Compression";
                    case PHOTOMETRIC -> "PhotometricInterpretation";
                    case FILL_ORDER -> "FillOrder";
                    case STRIP_OFFSETS -> "StripOffsets";
                    case ORIENTATION -> "Orientation";
                    case SAMPLES -> "SamplesPerPixel";
                    case ROWS_PER_STRIP -> "RowsPerStrip";
                    case STRIP_COUNTS -> "StripByteCounts";
                    case PLANAR -> "PlanarConfiguration";
                    case PREDICTOR -> "Predictor";
                    case COLOR_MAP -> "ColorMap";
                    case TILE_WIDTH -> "TileWidth";
                    case TILE_HEIGHT -> "TileLength";
                    case TILE_OFFSETS -> "TileOffsets";
                    case TILE_COUNTS -> "TileByteCounts";
                    case SAMPLE_FORMAT -> "SampleFormat";
                    case JPEG_TABLES -> "JPEGTables";
                    default -> "";
                };
        return name.isEmpty() ? String.valueOf(tag) : name + " (" + tag + ")";
    }
}
