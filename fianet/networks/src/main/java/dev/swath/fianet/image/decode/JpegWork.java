package dev.swath.fianet.image.decode;

/**
 * How much of the decoding of JPEGs a file deserves. A scan goes over all samples of its components however few bytes it has,
 * so a file of some kilobytes may ask for hours; a sound one has so many bytes for each scan that it stays far below this.
 */
final class JpegWork {
    /** Samples of any file beyond those of its picture, and samples for each of its bytes: a second or so. */
    private static final long ANY = 200_000_000;

    private static final long EACH_BYTE = 200;
    private static final long LARGE = 1L << 40;

    private final ByteSource source;
    private long left;

    /** For all pictures in a file together, whose scans may go over so many samples whatever the file's size is. */
    JpegWork(ByteSource source, long samples) {
        this.source = source;
        left = samples + ANY + EACH_BYTE * Math.min(source.length(), LARGE);
    }

    /** Counts what decoding a picture takes: its scans, and at least its samples. */
    void take(JpegHeader h) {
        left -= Math.max(h.scanned, h.samples());
        if (left < 0) {
            throw source.refuse(
                    "the JPEG goes over its pixels more often than a file of so few bytes can have reason to");
        }
    }
}
