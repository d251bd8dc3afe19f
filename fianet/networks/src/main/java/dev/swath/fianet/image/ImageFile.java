package dev.swath.fianet.image;

import dev.swath.fianet.image.decode.ByteSource;
import dev.swath.fianet.image.decode.Decoder;
import dev.swath.fianet.image.decode.Heap;
import dev.swath.files.FileKind;
import dev.swath.files.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An image file whose header has been read and checked. Its pixels are decoded when they are asked for, each time anew and
 * row by row, so that a scene larger than the heap can be {@linkplain #resized brought to a network's size} or {@linkplain
 * #rows gone through}. It holds no file open. See {@link Images} for what is read, and how.
 */
public final class ImageFile {
    /** Most bytes of what is no regular file, such as a pipe, and so is read into memory. */
    private static final int MAX_STREAM = 1 << 30;

    /** Takes rows of pixels. */
    @FunctionalInterface
    public interface Rows {
        /**
         * Takes a row.
         *
         * @param y counted from 0 at the top
         * @param rgb red, green, blue of each pixel; used again for the next row
         */
        void row(int y, byte[] rgb);
    }

    private final @Nullable Path file;
    private final byte @Nullable [] bytes;
    private final String name;
    private final @Nullable Bands bands;
    private final int width;
    private final int height;
    private final boolean turned;
    private final List<String> notes;

    private ImageFile(@Nullable Path file, byte @Nullable [] bytes, String name, @Nullable Bands bands) {
        this.file = file;
        this.bytes = bytes;
        this.name = name;
        this.bands = bands;
        Header header = use(d -> new Header(
                d.orientation() >= 5 ? d.height() : d.width(),
                d.orientation() >= 5 ? d.width() : d.height(),
                d.orientation() != 1,
                List.copyOf(d.notes())));
        this.width = header.width;
        this.height = header.height;
        this.turned = header.turned;
        this.notes = header.notes;
    }

    private record Header(int width, int height, boolean turned, List<String> notes) {}

    /** Reads the header of a file; of more than three bands the first three are its colours. */
    public static ImageFile open(Path file) {
        return open(file, null);
    }

    /** Reads the header of a file whose colours are the given bands; null for the first three, or the only one as gray. */
    public static ImageFile open(Path file, @Nullable Bands bands) {
        String name = Quoted.path(file);
        try {
            if (Files.isDirectory(file)) {
                throw refuse(name, "this is a folder, not an image");
            }
            // A file of the system, as in /proc, tells no size: what it holds shows when it is read.
            if (Files.isRegularFile(file) && Files.size(file) > 0) {
                return new ImageFile(file, null, name, bands);
            }
            try (InputStream in = Files.newInputStream(file)) {
                return of(stream(in, name), name, bands);
            }
        } catch (NoSuchFileException e) {
            throw refuse(name, "the file does not exist");
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** Reads the header of an encoded image in memory; {@code name} stands for it in errors. */
    public static ImageFile of(byte[] encoded, String name) {
        return of(encoded, name, null);
    }

    /** Reads the header of an encoded image in memory whose colours are the given bands. */
    public static ImageFile of(byte[] encoded, String name, @Nullable Bands bands) {
        String shown = Quoted.rule(name);
        if (encoded.length == 0) {
            throw refuse(shown, "the file is empty");
        }
        return new ImageFile(null, encoded, shown, bands);
    }

    /** All that comes from a pipe, if it begins as an image does. */
    private static byte[] stream(InputStream in, String name) throws IOException {
        byte[] head = in.readNBytes(FileKind.HEAD);
        if (head.length > 0 && !Decoder.isKnown(head)) {
            throw refuse(name, Decoder.unknown(head, Long.MAX_VALUE));
        }
        byte[] rest = in.readNBytes(MAX_STREAM);
        if (rest.length == MAX_STREAM) {
            throw refuse(name, "this is no regular file, and more than " + MAX_STREAM + " bytes come from it");
        }
        byte[] all = java.util.Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, all, head.length, rest.length);
        return all;
    }

    private static ImageException refuse(String name, String rule) {
        return new ImageException("[image] " + name + ": " + rule);
    }

    private static ImageException unreadable(String name, IOException e) {
        String rule = e instanceof AccessDeniedException
                ? "access to the file is denied; check its permissions"
                : "the file cannot be read";
        return new ImageException("[image] " + name + ": " + rule, e);
    }

    private <T> T use(Function<Decoder, T> use) {
        if (bytes != null) {
            return use.apply(Decoder.of(ByteSource.of(bytes, name), bands));
        }
        try (SeekableByteChannel channel = Files.newByteChannel(java.util.Objects.requireNonNull(file))) {
            return use.apply(Decoder.of(ByteSource.of(channel, name), bands));
        } catch (NoSuchFileException e) {
            throw refuse(name, "the file does not exist");
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** In pixels, turned as the file asks. */
    public int width() {
        return width;
    }

    /** In pixels, turned as the file asks. */
    public int height() {
        return height;
    }

    /** Whether its pixels lie otherwise than they are stored, because the file asks for that. */
    public boolean turned() {
        return turned;
    }

    /** What a user should be told of the file, in sentences without its name; mostly nothing. */
    public List<String> notes() {
        return notes;
    }

    /** All pixels, in memory. */
    public RgbImage read() {
        Heap.require(name, width, height, 3);
        return use(decoder -> {
            byte[] out = new byte[3 * width * height];
            Turned place = new Turned(decoder);
            Stretch.decode(decoder, (y, rgb) -> {
                if (place.straight()) {
                    System.arraycopy(rgb, 0, out, 3 * y * width, rgb.length);
                    return;
                }
                for (int x = 0; x < decoder.width(); x++) {
                    System.arraycopy(rgb, 3 * x, out, 3 * place.of(x, y), 3);
                }
            });
            return new RgbImage(width, height, out);
        });
    }

    /** One channel: the only one as stored, up to 65535, or the luma of the colours (ITU-R 601, 16 fractional bits). */
    GrayImage readGray() {
        Heap.require(name, width, height, 4);
        return use(decoder -> {
            int[] out = new int[width * height];
            Turned place = new Turned(decoder);
            if (decoder.channels() == 1) {
                decoder.read((y, samples) -> {
                    for (int x = 0; x < samples.length; x++) {
                        out[place.of(x, y)] = samples[x];
                    }
                });
            } else {
                Stretch.decode(decoder, (y, rgb) -> {
                    for (int x = 0; x < decoder.width(); x++) {
                        int red = rgb[3 * x] & 0xff;
                        int green = rgb[3 * x + 1] & 0xff;
                        int blue = rgb[3 * x + 2] & 0xff;
                        out[place.of(x, y)] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
                    }
                });
            }
            return new GrayImage(width, height, out);
        });
    }

    /** What {@link PillowResize#bilinear} makes of all pixels, without having them all in memory. */
    public RgbImage resized(int toWidth, int toHeight) {
        if (use(Decoder::orientation) != 1) {
            return PillowResize.bilinear(read(), toWidth, toHeight);
        }
        return use(decoder -> {
            requireAsBefore(decoder);
            PillowResize.Running resize =
                    new PillowResize.Running(width, height, decoder.channels(), toWidth, toHeight);
            Stretch.samples(decoder, resize);
            return resize.result();
        });
    }

    /** Goes through all rows from the topmost down. */
    public void rows(Rows rows) {
        if (use(Decoder::orientation) != 1) {
            RgbImage all = read();
            byte[] row = new byte[3 * width];
            for (int y = 0; y < height; y++) {
                System.arraycopy(all.rgb(), y * row.length, row, 0, row.length);
                rows.row(y, row);
            }
            return;
        }
        use(decoder -> {
            requireAsBefore(decoder);
            Stretch.decode(decoder, rows);
            return decoder;
        });
    }

    private void requireAsBefore(Decoder decoder) {
        if (decoder.width() != width || decoder.height() != height) {
            throw refuse(name, "the file was changed while it was read");
        }
    }

    /** Where a stored pixel goes by TIFF's orientation. */
    private final class Turned {
        private final int orientation;
        private final int right;
        private final int bottom;

        Turned(Decoder decoder) {
            orientation = decoder.orientation();
            right = decoder.width() - 1;
            bottom = decoder.height() - 1;
            if (width != (orientation >= 5 ? bottom : right) + 1 || height != (orientation >= 5 ? right : bottom) + 1) {
                throw refuse(name, "the file was changed while it was read");
            }
        }

        boolean straight() {
            return orientation == 1;
        }

        int of(int x, int y) {
            return switch (orientation) {
                case 2 -> y * width + right - x;
                case 3 -> (bottom - y) * width + right - x;
                case 4 -> (bottom - y) * width + x;
                case 5 -> x * width + y;
                case 6 -> x * width + bottom - y;
                case 7 -> (right - x) * width + bottom - y;
                case 8 -> (right - x) * width + y;
                default -> y * width + x;
            };
        }
    }
}
