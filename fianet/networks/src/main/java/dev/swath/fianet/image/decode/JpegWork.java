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

    /** Bytes of coefficients that wait for the last scan, of any file and for each of its bytes. */
    private static final long ANY_WAITING = 256_000_000;

    private static final long WAITING_EACH_BYTE = 100;

    private final ByteSource source;
    private long left;

    /** For all pictures in a file together, whose scans may go over so many samples whatever the file's size is. */
    JpegWork(ByteSource source, long samples) {
        this.source = source;
        left = samples + ANY + EACH_BYTE * Math.min(source.length(), LARGE);
    }

    /** Counts what decoding a picture takes: its scans, and at least its samples. */
    void take(JpegHeader h) {
        long waiting = h.progressive || h.scans > 1 ? 2 * h.samples() : 0;
        if (waiting > ANY_WAITING + WAITING_EACH_BYTE * Math.min(source.length(), LARGE)) {
            throw source.refuse("the JPEG comes in several scans, for which " + waiting / 1_000_000
                    + " MB of coefficients must wait, more than a file of so few bytes can have reason to");
        }
        left -= Math.max(h.scanned, h.samples());
        if (left < 0) {
            throw source.refuse(
                    "the JPEG goes over its pixels more often than a file of so few bytes can have reason to");
        }
    }
}
