package dev.swath.fianet.image.decode;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Luma and subsampled chromas without JPEG, as red, green and blue: each chroma counts for all pixels of its cell, by the
 * file's coefficients and reference values in 16 fractional bits, as libtiff computes them.
 */
final class TiffYCbCr implements TiffDecoder.Block {
    private static final int ONE = 1 << 16;
    private static final int HALF = ONE / 2;
    private static final double LIMIT = 128.0 * 32;

    private final InputStream in;
    private final @Nullable Inflater inflater;
    private final int across;
    private final int down;
    private final int columns;
    private final byte[] units;
    private int line;

    private final int[] luma = new int[256];
    private final int[] redByRed = new int[256];
    private final int[] blueByBlue = new int[256];
    private final int[] greenByRed = new int[256];
    private final int[] greenByBlue = new int[256];

    TiffYCbCr(InputStream in, @Nullable Inflater inflater, TiffDirectory d, TiffLayout layout) throws IOException {
        this.in = in;
        this.inflater = inflater;
        across = layout.subsampling[0];
        down = layout.subsampling[1];
        columns = layout.blockWidth;
        units = new byte[(columns + across - 1) / across * (across * down + 2)];
        double[] c = d.fractions(TiffDirectory.YCBCR_COEFFICIENTS, 0.299, 0.587, 0.114);
        double[] r = d.fractions(TiffDirectory.REFERENCE_BLACK_WHITE, 0, 255, 128, 255, 128, 255);
        double red = 2 - 2 * c[0];
        double blue = 2 - 2 * c[2];
        double green = c[1] == 0 ? 1 : c[1];
        int d1 = fixed(red);
        int d2 = -fixed(c[0] * red / green);
        int d3 = fixed(blue);
        int d4 = -fixed(c[2] * blue / green);
        for (int i = 0; i < 256; i++) {
            int x = i - 128;
            int cr = (int) Math.clamp(value(x, r[4] - 128, r[5] - 128, 127), -LIMIT, LIMIT);
            int cb = (int) Math.clamp(value(x, r[2] - 128, r[3] - 128, 127), -LIMIT, LIMIT);
            redByRed[i] = d1 * cr + HALF >> 16;
            blueByBlue[i] = d3 * cb + HALF >> 16;
            greenByRed[i] = d2 * cr;
            greenByBlue[i] = d4 * cb + HALF;
            luma[i] = (int) Math.clamp(value(i, r[0], r[1], 255), -LIMIT, LIMIT);
        }
    }

    private static int fixed(double v) {
        return (int) (Math.clamp(v, 0, 2) * ONE + 0.5);
    }

    private static double value(int code, double black, double white, int range) {
        return (code - (int) black) * (float) range / (float) (white - black == 0 ? 1 : white - black);
    }

    @Override
    public void row(byte[] to) throws IOException {
        if (line == 0 && in.readNBytes(units, 0, units.length) < units.length) {
            throw new EOFException();
        }
        int size = across * down + 2;
        for (int x = 0; x < columns; x++) {
            int unit = x / across * size;
            int y = luma[units[unit + line * across + x % across] & 0xff];
            int blue = units[unit + size - 2] & 0xff;
            int red = units[unit + size - 1] & 0xff;
            to[3 * x] = (byte) Math.clamp(y + redByRed[red], 0, 255);
            to[3 * x + 1] = (byte) Math.clamp(y + (greenByBlue[blue] + greenByRed[red] >> 16), 0, 255);
            to[3 * x + 2] = (byte) Math.clamp(y + blueByBlue[blue], 0, 255);
        }
        line = (line + 1) % down;
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
    }
}
