package dev.swath.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileKindTest {
    private static byte[] bytes(String begin) {
        return Arrays.copyOf(begin.getBytes(StandardCharsets.ISO_8859_1), 100);
    }

    /** What satellites, cameras and archives of scenes write. */
    @ParameterizedTest
    @CsvSource({
        "'\0\0\0\fjP  \r\n\u0087\n', a JPEG 2000 image",
        "'\u00ffO\u00ffQ\0', a JPEG 2000 image",
        "'\0\0\0\fJXL \r\n\u0087\n', a JPEG XL image",
        "'\u00ff\n\u00fa', a JPEG XL image",
        "'II\u00bc\1', a JPEG XR image",
        "'P6\n3 4\n', a Netpbm image",
        "8BPS, a Photoshop image",
        "NITF02.10, a NITF image",
        "EHFA_HEADER_TAG, an ERDAS Imagine image",
        "'CDF\1', a NetCDF file",
        "'\u0089HDF\r\n\u001a\n', an HDF5 file (as Keras writes .h5)"
    })
    void imagesOfOtherKinds(String begin, String words) {
        assertEquals(words, FileKind.of(bytes(begin), 1000).orElse("nothing known"));
    }

    /** The last letter of a long text may be cut where no more bytes are looked at; that of a short one is not. */
    @Test
    void textsInUtf8() {
        byte[] text = ("a" + "\u00e9".repeat(300)).getBytes(StandardCharsets.UTF_8);
        assertTrue(FileKind.isText(Arrays.copyOf(text, FileKind.HEAD)));
        assertTrue(FileKind.isText("caf\u00e9".getBytes(StandardCharsets.UTF_8)));
        assertFalse(FileKind.isText(Arrays.copyOfRange(text, 2, 2 + FileKind.HEAD)));
        assertFalse(FileKind.isText(new byte[] {(byte) 0x89}));
        assertFalse(FileKind.isText("ab\u00e9".getBytes(StandardCharsets.ISO_8859_1)));
    }
}
