package dev.swath.files;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a file is that is not what it should be, by its first bytes: for the sentence that refuses it. */
public final class FileKind {
    /** So many bytes are looked at. */
    public static final int HEAD = 512;

    private record Magic(int at, String bytes, String words) {}

    private static final List<Magic> MAGICS = List.of(
            new Magic(0, "\u0089HDF\r\n\u001a\n", "an HDF5 file (as Keras writes .h5)"),
            new Magic(0, "\u001f\u008b\b", "a gzip archive, to be unpacked first"),
            new Magic(0, "BZh", "a bzip2 archive, to be unpacked first"),
            new Magic(0, "\u00fd7zXZ\0", "an xz archive, to be unpacked first"),
            new Magic(0, "(\u00b5/\u00fd", "a Zstandard archive, to be unpacked first"),
            new Magic(0, "\u0004\"M\u0018", "an LZ4 archive, to be unpacked first"),
            new Magic(0, "7z\u00bc\u00af'\u001c", "a 7-Zip archive, to be unpacked first"),
            new Magic(0, "Rar!", "a RAR archive, to be unpacked first"),
            new Magic(257, "ustar", "a tar archive, to be unpacked first"),
            new Magic(0, "\u0089PNG", "a PNG image"),
            new Magic(0, "\u00ff\u00d8\u00ff", "a JPEG image"),
            new Magic(0, "GIF8", "a GIF image"),
            new Magic(0, "II*\0", "a TIFF image"),
            new Magic(0, "MM\0*", "a TIFF image"),
            new Magic(0, "II+\0", "a BigTIFF image"),
            new Magic(0, "MM\0+", "a BigTIFF image"),
            new Magic(8, "WEBP", "a WebP image"),
            new Magic(0, "BM", "a BMP image"),
            new Magic(0, "\0\0\0\fjP  ", "a JPEG 2000 image"),
            new Magic(0, "\u00ffO\u00ffQ", "a JPEG 2000 image"),
            new Magic(0, "\0\0\0\fJXL ", "a JPEG XL image"),
            new Magic(0, "\u00ff\n", "a JPEG XL image"),
            new Magic(0, "II\u00bc\1", "a JPEG XR image"),
            new Magic(0, "P4\n", "a Netpbm image"),
            new Magic(0, "P5\n", "a Netpbm image"),
            new Magic(0, "P6\n", "a Netpbm image"),
            new Magic(0, "8BPS", "a Photoshop image"),
            new Magic(0, "v/1\1", "an OpenEXR image"),
            new Magic(0, "SIMPLE  =", "a FITS image"),
            new Magic(0, "NITF0", "a NITF image"),
            new Magic(0, "EHFA_HEADER_TAG", "an ERDAS Imagine image"),
            new Magic(0, "msid", "a MrSID image"),
            new Magic(0, "CDF\1", "a NetCDF file"),
            new Magic(0, "CDF\2", "a NetCDF file"),
            new Magic(0, "GRIB", "a GRIB file"),
            new Magic(4, "ftyp", "an MPEG-4 or HEIF file"),
            new Magic(0, "%PDF", "a PDF document"),
            new Magic(0, "%!PS", "a PostScript document"),
            new Magic(0, "{\\rtf", "an RTF document"),
            new Magic(0, "\u00d0\u00cf\u0011\u00e0", "an Office document"),
            new Magic(0, "\u0093NUMPY", "a NumPy array (.npy)"),
            new Magic(0, "GGUF", "a GGUF file (llama.cpp)"),
            new Magic(0, "ggml", "a GGML file (llama.cpp)"),
            new Magic(0, "lmgg", "a GGML file (llama.cpp)"),
            new Magic(0, "tjgg", "a GGML file (llama.cpp)"),
            new Magic(4, "TFL3", "a TensorFlow Lite model"),
            new Magic(4, "ORTM", "an ONNX Runtime model"),
            new Magic(4, "ET12", "an ExecuTorch program"),
            new Magic(0, "\u0012\1\0\0\0\0\0\0", "an MXNet parameter file"),
            new Magic(0, "\0\5\u0016\7", "an AppleDouble file, which macOS writes beside the file itself"),
            new Magic(0, "\0\0\0\1Bud1", "a folder's .DS_Store of macOS"),
            new Magic(0, "\u001aE\u00df\u00a3", "a Matroska or WebM video"),
            new Magic(0, "RIFF", "a RIFF file (sound or video)"),
            new Magic(0, "MATLAB 5.0", "a MATLAB file"),
            new Magic(0, "SQLite format 3\0", "an SQLite database"),
            new Magic(0, "\u007fELF", "a program or library (ELF)"),
            new Magic(0, "MZ", "a Windows program"),
            new Magic(0, "\u00ca\u00fe\u00ba\u00be", "a Java class or a macOS program"),
            new Magic(0, "ARROW1", "an Arrow file"),
            new Magic(0, "PAR1", "a Parquet file"),
            new Magic(0, "\u00ac\u00ed\0\u0005", "serialized Java objects"),
            new Magic(0, "\0asm", "a WebAssembly module"));

    private static final Pattern HTML =
            Pattern.compile("<(!doctype html|html|head|body|title|meta|script|!--).*", Pattern.DOTALL);

    private FileKind() {}

    /**
     * In words that follow "this is", if it is something that is known and no {@linkplain #isText mere text}.
     *
     * @param head the first {@link #HEAD} bytes, or all
     * @param size of the whole file
     */
    public static Optional<String> of(byte[] head, long size) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (isZero(head)) {
            return Optional.of("a file of zero bytes, as a download leaves that was broken off");
        }
        String begin = begin(text);
        if (begin.startsWith("version https://git-lfs") || begin.startsWith("version https://hawser")) {
            return Optional.of(
                    "a Git LFS pointer, not the file itself; fetch the file with git lfs pull, or download it");
        }
        if (begin.startsWith("/annex/objects/") || begin.contains(".git/annex/objects/")) {
            return Optional.of("a git-annex pointer, not the file itself; fetch the file with git annex get");
        }
        if (HTML.matcher(begin.toLowerCase(Locale.ROOT)).matches()) {
            return Optional.of("an HTML page, as a download link answers with that needs a browser");
        }
        if (begin.startsWith("<?xml") || begin.startsWith("<Error>") || begin.startsWith("<svg")) {
            return Optional.of("an XML document");
        }
        for (Magic magic : MAGICS) {
            if (text.startsWith(magic.bytes, magic.at) && (magic.bytes.length() > 2 || size > 64)) {
                return Optional.of(magic.words);
            }
        }
        if (isCoreMl(head)) {
            return Optional.of("a Core ML model");
        }
        if (isOnnx(head)) {
            return Optional.of("an ONNX model");
        }
        if (head.length > 4 && head[0] == 8 && head[1] == 1 && head[2] == 0x12) {
            return Optional.of("a TensorFlow SavedModel");
        }
        return Optional.empty();
    }

    /** A text, by its bytes, without a byte order mark and white space before it. */
    public static String begin(String text) {
        String s = text.startsWith("\u00ef\u00bb\u00bf") ? text.substring(3) : text;
        return s.stripLeading();
    }

    /** The version of the format as field 1, then its producer, domain or graph. */
    private static boolean isOnnx(byte[] head) {
        return head.length > 8
                && head[0] == 8
                && head[1] >= 3
                && head[1] <= 20
                && (head[2] == 0x12 || head[2] == 0x1a || head[2] == 0x22 || head[2] == 0x3a || head[2] == 0x42);
    }

    /** The version of the format as field 1, then its description, which begins with the description of an input. */
    private static boolean isCoreMl(byte[] head) {
        if (head.length < 8 || head[0] != 8 || head[1] < 1 || head[1] > 20 || head[2] != 0x12) {
            return false;
        }
        int at = 3;
        while (at < 8 && head[at] < 0) {
            at++;
        }
        // Of an input its name and what it is for; a SavedModel has its tags and operations here, ONNX a text.
        return at + 4 < head.length
                && head[at + 1] == 0x0a
                && head[at + 3] == 0x0a
                && head[at + 2] > head[at + 4]
                && head[at + 4] > 0;
    }

    private static boolean isZero(byte[] head) {
        for (byte b : head) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is printable, in UTF-8 or UTF-16. */
    public static boolean isText(byte[] head) {
        if (head.length > 1 && ((head[0] == -1 && head[1] == -2) || (head[0] == -2 && head[1] == -1))) {
            return true;
        }
        int odd = 0;
        for (byte b : head) {
            if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b) {
                return false;
            }
            odd += b < 0 ? 1 : 0;
        }
        String text = odd == 0 ? "" : new String(head, StandardCharsets.UTF_8);
        int cut = text.indexOf('\ufffd'); // the last letter of a long text may be
        return cut < 0 || cut == text.length() - 1 && head.length >= HEAD;
    }
}
