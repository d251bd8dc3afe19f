package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostileFilesTest {
    @TempDir
    Path folder;

    private static byte[] zip(String name, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry(name));
            out.write(content);
            out.closeEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private String refused(byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("hostile.pth"), content);
        String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                .getMessage();
        assertTrue(message.contains("hostile.pth") && !message.contains("\n"), message);
        return message;
    }

    @Test
    void codeIsRefusedByNameAndNotRun() throws IOException {
        Path marker = folder.resolve("ran");
        byte[] pickle = ascii("cposix\nsystem\n(S'touch " + marker + "'\ntR.");
        assertTrue(refused(zip("archive/data.pkl", pickle)).contains("'posix.system'"));
        byte[] builtin = ascii("cbuiltins\neval\n(S'1'\ntR.");
        assertTrue(refused(zip("archive/data.pkl", builtin)).contains("'builtins.eval'"));
        assertFalse(Files.exists(marker));
    }

    @Test
    void archivesThatLieAreRefused() throws IOException {
        assertTrue(refused(zip("../data.pkl", ascii("N."))).contains("leaves the archive"));
        assertTrue(refused(zip("/etc/data.pkl", ascii("N."))).contains("leaves the archive"));
        assertTrue(refused(zip("archive/other", ascii("N."))).contains("no data.pkl"));
        byte[] bomb = zip("archive/data.pkl", new byte[1 << 20]);
        // The central directory's uncompressed size, at 24 from its signature, claims 2 GB.
        for (int i = 0; i < bomb.length - 4; i++) {
            if (bomb[i] == 'P' && bomb[i + 1] == 'K' && bomb[i + 2] == 1 && bomb[i + 3] == 2) {
                ByteBuffer.wrap(bomb).order(ByteOrder.LITTLE_ENDIAN).putInt(i + 24, 0x7fffffff);
            }
        }
        assertTrue(refused(bomb).contains("claims 2147483647 bytes"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(((",
                "h\u0005.",
                "0.",
                "R.",
                "X\u00ff\u00ff\u00ff\u007fa.",
                "(lp0\nh\u0000a.",
                "\u008a\u00ff.",
                "Z.",
                "}(Kt."
            })
    void brokenPicklesEndInOneSentence(String pickle) throws IOException {
        byte[] file = zip("archive/data.pkl", ascii(pickle));
        Path path = Files.write(folder.resolve("broken.pth"), file);
        assertThrows(
                WeightsException.class, () -> Checkpoint.open(path).tensors().get("x.weight"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "training_zip.pth",
                "training_legacy.pth",
                "training_zip_deflated.pth",
                "bare_legacy_gamma_beta.bin"
            })
    void truncatedCheckpointsAreRefused(String name) throws IOException {
        byte[] all = Files.readAllBytes(
                GoldenCheckpointTest.GOLDEN.resolve("checkpoint").resolve(name));
        for (int n = 0; n < all.length; n += 101) {
            Path cut = Files.write(folder.resolve("cut.pth"), Arrays.copyOf(all, n));
            String message = assertThrows(WeightsException.class, () -> Checkpoint.open(cut), name + " cut to " + cut)
                    .getMessage();
            assertTrue(message.contains("cut.pth"), message);
        }
    }

    private String safetensors(long length, String header, int data) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(8 + header.length() + data).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(length < 0 ? header.length() : length).put(ascii(header));
        Path file = Files.write(folder.resolve("hostile.safetensors"), b.array());
        return assertThrows(WeightsException.class, () -> Safetensors.open(file))
                .getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12 | no overlap",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12 | no hole",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,80]}} | 8 | the file is cut off",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | 8 | negative",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | 8 | outside",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | 8 | spans 8",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 8 | occurs twice",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}} | 8 | larger than the file",
                "{'a':{'dtype':'F4','shape':[2],'data_offsets':[0,8]}} | 8 | not supported",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 12 | cover 8 data bytes",
                "[1] | 0 | must be an object"
            })
    void headersThatLieAreRefused(String header, int data, String rule) throws IOException {
        String message = safetensors(-1, header.replace('\'', '"'), data);
        assertTrue(message.contains(rule) && message.contains("hostile.safetensors"), message);
    }

    @Test
    void absurdHeaderLengthsAreRefused() throws IOException {
        assertTrue(safetensors(1L << 40, "{}", 0).contains("header length"));
        ByteBuffer b = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 63);
        Path file = Files.write(folder.resolve("huge.safetensors"), b.array());
        assertTrue(assertThrows(WeightsException.class, () -> Safetensors.open(file))
                .getMessage()
                .contains("9223372036854775808"));
    }

    /** The header has as many bytes as the first two letters of a zip archive, or of a pickle, say as a number. */
    @ParameterizedTest
    @ValueSource(ints = {'P' | 'K' << 8, 0x80 | 2 << 8, 'B' | 'M' << 8, '\u00ff' | '\n' << 8})
    void theLengthOfAHeaderIsNoFormat(int length) throws IOException {
        String entry = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        ByteBuffer b = ByteBuffer.allocate(8 + length + 4).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(length).put(ascii(entry + " ".repeat(length - entry.length())));
        Path file = Files.write(folder.resolve("model.safetensors"), b.array());
        assertEquals(Checkpoint.Format.SAFETENSORS, Checkpoint.open(file).format());
    }

    @Test
    void aFileThatIsCutOffIsCalledThat() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, new StateDict().put("x", Tensor.of(new float[] {1, 2, 3}, 3)), Map.of());
        byte[] whole = Files.readAllBytes(file);
        for (int n = 9; n < whole.length; n++) {
            Files.write(file, Arrays.copyOf(whole, n));
            String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                    .getMessage();
            assertTrue(message.contains("the file is cut off"), n + ": " + message);
        }
    }

    @Test
    void noTensorTakesThePlaceOfTheMetadata() {
        StateDict out = new StateDict().put("__metadata__", Tensor.of(new float[] {1}, 1));
        Path file = folder.resolve("a.safetensors");
        assertTrue(assertThrows(WeightsException.class, () -> Safetensors.write(file, out, Map.of()))
                .getMessage()
                .contains("cannot be named __metadata__"));
        assertFalse(Files.exists(file));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        Path file = folder.resolve("a.safetensors");
        StateDict out =
                new StateDict().put("x", Tensor.of(new float[] {1, 2, 3}, 3)).put("n", Tensor.of(new long[] {7}, 1));
        Safetensors.write(file, out, Map.of("format", "pt"));
        Safetensors.Contents in = Safetensors.open(file);
        assertEquals(Map.of("format", "pt"), in.metadata());
        assertEquals(3, in.tensors().get("x").get(2));
        assertEquals(7, in.tensors().get("n").get(0));
        Path nowhere = folder.resolve("missing/a.safetensors");
        assertTrue(assertThrows(UncheckedIOException.class, () -> Safetensors.write(nowhere, out, Map.of()))
                .getMessage()
                .contains("could not be written"));
    }
}
