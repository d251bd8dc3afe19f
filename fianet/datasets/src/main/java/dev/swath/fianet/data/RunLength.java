package dev.swath.fianet.data;

/**
 * Masks as COCO's compressed run lengths. Pixels are counted column by column; runs alternate between background and
 * object and begin with background (possibly of length 0). From the fourth run on, the number stored is the difference to
 * the run two before. A number is signed and stored in groups of five bits, lowest first, each as the character with code
 * 48 + group, plus 32 if more groups follow. Example: the single pixel at the top left of a mask 4 wide and 9 high is the
 * runs 0, 1, 35, which is the text {@code 01S1}.
 */
public final class RunLength {
    private static final int MORE = 0x20;
    private static final int SIGN = 0x10;
    private static final int GROUP = 0x1f;
    private static final int FIRST_CHARACTER = 48;
    private static final int LAST_CHARACTER = FIRST_CHARACTER + MORE + GROUP;

    /** Groups after which a run would not fit 32 bits. */
    private static final int MAX_GROUPS = 7;

    private RunLength() {}

    /** The compressed text of a mask. */
    public static String encode(Mask mask) {
        StringBuilder out = new StringBuilder();
        int width = mask.width();
        int height = mask.height();
        byte[] values = mask.values();
        int[] last = new int[2]; // the two runs before the current one, by parity of their number
        int runs = 0;
        int length = 0;
        int value = 0;
        for (int x = 0; x < width; x++) {
            for (int at = x; at < width * height; at += width) {
                if (values[at] != value) {
                    append(out, length, last, runs++);
                    value = values[at];
                    length = 0;
                }
                length++;
            }
        }
        append(out, length, last, runs);
        return out.toString();
    }

    private static void append(StringBuilder out, int length, int[] last, int run) {
        int rest = run > 2 ? length - last[run & 1] : length;
        last[run & 1] = length;
        boolean more = true;
        while (more) {
            int group = rest & GROUP;
            rest >>= 5;
            more = (group & SIGN) != 0 ? rest != -1 : rest != 0;
            out.append((char) (FIRST_CHARACTER + group + (more ? MORE : 0)));
        }
    }

    /**
     * The mask that a compressed text describes. Throws {@link DataException} in one sentence if a character does not
     * belong, a number is cut off, a run is negative, the runs do not add up to {@code height * width} pixels, or these are more
     * than 134,217,728.
     */
    public static Mask decode(String counts, int height, int width) {
        return runs(counts, height, width).mask();
    }

    /** The same without laying it out: what it takes goes by the text. */
    static Runs runs(String counts, int height, int width) {
        Runs out = new Runs(height, width);
        int pixels = out.pixels();
        long[] last = new long[2];
        int position = 0; // column by column
        int at = 0;
        for (int run = 0; at < counts.length(); run++) {
            long number = 0;
            int groups = 0;
            int c;
            do {
                if (at == counts.length()) {
                    throw new DataException("[run length] the text is cut off inside its last number");
                }
                c = counts.charAt(at++);
                if (c < FIRST_CHARACTER || c > LAST_CHARACTER || ++groups > MAX_GROUPS) {
                    throw new DataException("[run length] a number has at most " + MAX_GROUPS
                            + " characters with codes from " + FIRST_CHARACTER + " to " + LAST_CHARACTER + "; got code "
                            + c + " at character " + (at - 1));
                }
                c -= FIRST_CHARACTER;
                number |= (long) (c & GROUP) << 5 * (groups - 1);
            } while ((c & MORE) != 0);
            if ((c & SIGN) != 0) {
                number |= -1L << 5 * groups;
            }
            long length = run > 2 ? number + last[run & 1] : number;
            if (length < 0 || length > pixels - position) {
                throw new DataException(
                        "[run length] runs must be positive and add up to " + height + " x " + width + " = " + pixels
                                + " pixels; run " + run + " of length " + length + " begins at pixel " + position);
            }
            last[run & 1] = length;
            position += (int) length;
            out.turn(position);
        }
        if (position != pixels) {
            throw new DataException("[run length] runs must add up to " + height + " x " + width + " = " + pixels
                    + " pixels; got " + position);
        }
        return out;
    }
}
