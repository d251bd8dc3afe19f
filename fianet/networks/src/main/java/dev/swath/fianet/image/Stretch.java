package dev.swath.fianet.image;

import dev.swath.fianet.image.decode.Decoder;

/** From samples to 8 bits: those of more bits are stretched from their 2nd percentile over all colour bands to their 98th. */
final class Stretch {
    static final int SAMPLES = 1 << 16;
    private static final double LOW = 0.02;
    private static final double HIGH = 0.98;

    private final int low;
    private final int range;

    /** By how often each sample occurs. */
    Stretch(int[] histogram) {
        long count = 0;
        for (int n : histogram) {
            count += n;
        }
        low = rank(histogram, (long) (LOW * (count - 1)));
        range = Math.max(1, rank(histogram, (long) (HIGH * (count - 1))) - low);
    }

    private static int rank(int[] histogram, long rank) {
        long below = 0;
        for (int v = 0; v < histogram.length; v++) {
            below += histogram[v];
            if (below > rank) {
                return v;
            }
        }
        return histogram.length - 1;
    }

    byte of(int sample) {
        return (byte) Math.clamp(Math.round(255.0 * (sample - low) / range), 0, 255);
    }

    /** Decodes into rows of samples of 8 bits; those of 16 bits are decoded twice. */
    static void samples(Decoder decoder, Decoder.Rows rows) {
        if (!decoder.wide()) {
            decoder.read(rows);
            return;
        }
        int[] histogram = new int[SAMPLES];
        int[] other = new int[SAMPLES]; // equal neighbours would wait for each other's count
        decoder.read((y, samples) -> {
            for (int i = 1; i < samples.length; i += 2) {
                histogram[samples[i - 1]]++;
                other[samples[i]]++;
            }
            if (samples.length % 2 == 1) {
                histogram[samples[samples.length - 1]]++;
            }
        });
        for (int v = 0; v < SAMPLES; v++) {
            histogram[v] += other[v];
        }
        Stretch stretch = new Stretch(histogram);
        int[] to8 = new int[SAMPLES];
        for (int v = 0; v < to8.length; v++) {
            to8[v] = stretch.of(v) & 0xff;
        }
        int[] stretched = new int[decoder.width() * decoder.channels()];
        decoder.read(new Decoder.Rows() {
            @Override
            public void row(int y, int[] samples) {
                for (int i = 0; i < stretched.length; i++) {
                    stretched[i] = to8[samples[i]];
                }
                rows.row(y, stretched);
            }

            @Override
            public void again(int y, int[] samples) {
                rows.again(y, stretched);
            }
        });
    }

    /** Decodes into rows of 8-bit colours, one channel as gray. */
    static void decode(Decoder decoder, ImageFile.Rows rows) {
        byte[] rgb = new byte[3 * decoder.width()];
        boolean gray = decoder.channels() == 1;
        samples(decoder, (y, samples) -> {
            if (gray) {
                for (int x = 0, at = 0; x < samples.length; x++) {
                    byte v = (byte) samples[x];
                    rgb[at++] = v;
                    rgb[at++] = v;
                    rgb[at++] = v;
                }
            } else {
                for (int i = 0; i < rgb.length; i++) {
                    rgb[i] = (byte) samples[i];
                }
            }
            rows.row(y, rgb);
        });
    }
}
