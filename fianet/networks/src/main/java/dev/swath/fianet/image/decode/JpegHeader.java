package dev.swath.fianet.image.decode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the markers of a JPEG (ITU-T T.81) say, found without decoding: size, colours, scans, where it ends; and the pieces
 * of it that a decoder needs. Profiles, texts and thumbnails are not among them, so that no decoder stumbles over one.
 */
final class JpegHeader {
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int DHT = 0xc4;
    private static final int JPG = 0xc8;
    private static final int DAC = 0xcc;
    private static final int DQT = 0xdb;
    private static final int DRI = 0xdd;
    private static final int DHP = 0xde;
    private static final int LS = 0xf7;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;

    /** Most scans of a picture; a sound one has about a dozen. */
    private static final int MANY_SCANS = 100;

    /** A stretch of the file. */
    record Piece(long from, long to) {}

    private final ByteSource source;

    /** The pieces between the first marker and the last, in order. */
    final List<Piece> pieces = new ArrayList<>();

    /** Where the picture ends: behind its end marker, or where the file ends without one. */
    long end;

    /** Whether there is an end marker. */
    boolean ended;

    int width;
    int height;
    int orientation = 1;
    int scans;

    /** Whether its scans refine each other. */
    boolean progressive;

    /** How many samples the scans go over, all together; a progressive picture's go over the same ones several times. */
    long scanned;

    /** The numbers by which the components name themselves; empty if there is no frame. */
    int[] components = {};

    /** Of each component its horizontal sampling factor times 16 and its vertical one. */
    int[] sampling = {};

    private boolean jfif;
    private int transform = -1;

    private JpegHeader(ByteSource source) {
        this.source = source;
    }

    /**
     * Reads the markers from a start marker on.
     *
     * @param until where the file or the place of the JPEG in it ends
     * @param frameOnly whether to stop at the first scan
     */
    static JpegHeader read(ByteSource source, long from, long until, boolean frameOnly) throws IOException {
        JpegHeader h = new JpegHeader(source);
        h.walk(from, until, frameOnly);
        return h;
    }

    /** The tables alone, as they stand in a TIFF: without a frame. */
    static JpegHeader tables(ByteSource source, long from, long until) throws IOException {
        return read(source, from, until, true);
    }

    /** Whether a start marker stands there. */
    static boolean starts(ByteSource source, long at) throws IOException {
        return source.at(at) == 0xff && source.at(at + 1) == SOI;
    }

    private void walk(long from, long until, boolean frameOnly) throws IOException {
        if (!starts(source, from)) {
            throw source.refuse("the JPEG in it does not begin with a start marker");
        }
        long at = from + 2;
        while (at < until) {
            int first = source.at(at);
            if (first < 0) {
                break;
            }
            int marker = first == 0xff ? source.at(at + 1) : 0;
            if (marker == 0 || marker == 0xff || marker >= 0xd0 && marker <= SOI || marker == 1) {
                at++; // Fill, restarts, and whatever else stands between segments, which decoders skip.
                continue;
            }
            if (marker == EOI) {
                ended = true;
                end = at + 2;
                return;
            }
            if (at + 4 > until || source.at(at + 3) < 0) {
                break;
            }
            int length = source.u16(at + 2);
            long next = at + 2 + length;
            if (length < 2 || next > until) {
                break;
            }
            if (marker == SOS && frameOnly) {
                end = at;
                return;
            }
            segment(marker, at, next);
            at = marker == SOS ? scan(at, next, until) : next;
        }
        end = Math.min(until, Math.max(at, from));
    }

    private void segment(int marker, long at, long next) throws IOException {
        if (marker >= APP0 && marker < 0xf0) {
            application(marker, at, next);
            return;
        }
        if (marker == LS || marker == DHP) {
            throw source.refuse("JPEG with " + (marker == LS ? "lossless coding (JPEG-LS)" : "several layers")
                    + " is not read; convert the image");
        }
        if (marker >= 0xc0 && marker <= 0xcf && marker != DHT && marker != JPG && marker != DAC) {
            frame(marker, at, next);
        }
        if (marker == DHT || marker == DQT || marker == DRI || marker >= 0xc0 && marker <= 0xcf) {
            pieces.add(new Piece(at, next));
        }
    }

    private void application(int marker, long at, long next) throws IOException {
        long length = next - at;
        if (marker == APP0 && length >= 18 && source.number(at + 4, 5, true) == 0x4a46494600L) { // "JFIF"
            jfif = true;
        } else if (marker == APP14 && length >= 16 && source.number(at + 4, 5, true) == 0x41646f6265L) { // "Adobe"
            transform = source.at(at + 15);
        } else if (marker == APP1 && length > 10 && source.number(at + 4, 6, true) == 0x457869660000L) { // "Exif"
            orientation = exif(at + 10, next);
        }
    }

    /** The orientation in an EXIF block, a TIFF of its own; 1 where there is none that makes sense. */
    private int exif(long from, long to) throws IOException {
        if (to - from < 8) {
            return 1;
        }
        boolean big = source.at(from) == 'M';
        long at = from + source.number(from + 4, 4, big);
        int entries = at + 2 > to ? 0 : (int) source.number(at, 2, big);
        for (int i = 0; i < entries && at + 2 + 12L * (i + 1) <= to; i++) {
            long entry = at + 2 + 12L * i;
            if (source.number(entry, 2, big) == TiffDirectory.ORIENTATION) {
                int value = (int) source.number(entry + 8, 2, big);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    private void frame(int marker, long at, long next) throws IOException {
        if (marker > 0xc2) {
            String kind = marker >= 0xc9 ? "arithmetic coding" : marker == 0xc3 ? "lossless coding" : "several layers";
            throw source.refuse("JPEG with " + kind + " is not read; convert the image");
        }
        if (components.length > 0) {
            throw source.refuse("the image is damaged: the JPEG has two frame headers");
        }
        int count = next - at < 10 ? 0 : (int) source.number(at + 9, 1, true);
        if (count == 0 || next - at < 10 + 3L * count) {
            throw source.refuse("the image is damaged: the JPEG's frame header is too short");
        }
        source.bytes(at, 10 + 3 * count); // Whether they are there: a stream may end before its length says so.
        progressive = marker == 0xc2;
        int bits = source.at(at + 4);
        if (bits != 8) {
            throw source.refuse("the JPEG has samples of " + bits + " bits; 8 are read");
        }
        height = source.u16(at + 5);
        width = source.u16(at + 7);
        int[] ids = new int[count];
        int[] factors = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = source.at(at + 10 + 3L * i);
            factors[i] = source.at(at + 11 + 3L * i);
        }
        components = ids;
        sampling = factors;
    }

    /** Keeps a scan, which ends at the next marker that is no restart; returns that marker's place, or the end. */
    private long scan(long at, long data, long until) throws IOException {
        scans++;
        if (scans > MANY_SCANS) {
            throw source.refuse("the JPEG has more than " + MANY_SCANS + " scans; a sound one has about a dozen");
        }
        int[] ids = new int[Math.clamp(source.at(at + 4), 0, 4)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = source.at(at + 5 + 2L * i);
        }
        scanned += samples(ids);
        byte[] buffer = new byte[1 << 14];
        long place = data;
        boolean half = false;
        while (place < until) {
            int n = source.some(place, buffer, 0, (int) Math.min(buffer.length, until - place));
            if (n == 0) {
                break;
            }
            for (int i = 0; i < n; i++) {
                int b = buffer[i] & 0xff;
                if (half && b != 0 && b != 0xff && (b < 0xd0 || b > 0xd7)) {
                    pieces.add(new Piece(at, place + i - 1));
                    return place + i - 1;
                }
                half = b == 0xff;
            }
            place += n;
        }
        pieces.add(new Piece(at, place));
        return place;
    }

    /** How many samples the picture has. */
    long samples() {
        return samples(components);
    }

    /** How many samples the components with these names have; one that is not known counts as a large one. */
    private long samples(int[] ids) {
        int across = 1;
        int down = 1;
        for (int f : sampling) {
            across = Math.max(across, f >> 4);
            down = Math.max(down, f & 0xf);
        }
        long parts = 0;
        for (int id : ids) {
            int part = across * down;
            for (int c = 0; c < components.length; c++) {
                if (components[c] == id) {
                    part = (sampling[c] >> 4) * (sampling[c] & 0xf);
                    break;
                }
            }
            parts += part;
        }
        return (long) width * height * parts / (across * down);
    }

    /** Whether three components are luma and two chromas, by the rules of libjpeg: JFIF, Adobe's flag, the components' names. */
    boolean yCbCr() {
        if (jfif) {
            return true;
        }
        if (transform >= 0) {
            return transform != 0;
        }
        return !(components[0] == 'R' && components[1] == 'G' && components[2] == 'B');
    }

    /** Whether a component has as many columns as the one with the most, and half as many rows. */
    boolean isHalfAsHigh(int component) {
        int across = 0;
        int down = 0;
        for (int f : sampling) {
            across = Math.max(across, f >> 4);
            down = Math.max(down, f & 0xf);
        }
        return sampling[component] >> 4 == across && 2 * (sampling[component] & 0xf) == down;
    }
}
