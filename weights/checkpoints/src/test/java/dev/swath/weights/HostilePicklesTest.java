package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.tensor.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small files that claim, nest or repeat too much: refused in one sentence, at a cost that their size deserves. */
class HostilePicklesTest {
    private static final String LARGE = Torch.number(Long.MAX_VALUE);
    private static final String FLOATS = Torch.global("torch", "FloatStorage");
    private static final String DEVICE = Torch.global("torch", "device");

    @TempDir
    Path folder;

    private static String namespace(String state) {
        return Torch.global("argparse", "Namespace") + ")R" + state + "b";
    }

    private static String rebuilt(String storage) {
        return Torch.dict(
                "a",
                Torch.global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + "K\0K\4\u0085K\1\u0085\u0089}tR");
    }

    /** Programs with a part of the sentence that refuses them. */
    static Stream<Arguments> refused() {
        String nested = Torch.doubled(40);
        String cycle = Torch.CYCLE;
        String storage = "(" + Torch.text("storage");
        String rest = Torch.text("cpu") + "K@tQ";
        return Stream.of(
                Arguments.of("a nested list as a module", nested + Torch.text("x") + "\u0093", "two strings"),
                Arguments.of("a nested list as a name", Torch.text("x") + nested + "\u0093", "two strings"),
                Arguments.of("a cycle as a module", cycle + Torch.text("x") + "\u0093", "two strings"),
                Arguments.of(
                        "a nested list as a storage's type",
                        nested + "0" + rebuilt(storage + "h\u0028" + Torch.text("0") + rest),
                        "type must be a class"),
                Arguments.of(
                        "a nested list as a storage's key",
                        nested + "0" + rebuilt(storage + FLOATS + "h\u0028" + rest),
                        "key must be a string"),
                Arguments.of(
                        "a cycle as a storage's size",
                        cycle + "0" + rebuilt(storage + FLOATS + Torch.text("0") + Torch.text("cpu") + "h\0tQ"),
                        "size must be a whole number"),
                Arguments.of("a cycle as a persistent id", cycle + "Q", "must name a storage"),
                Arguments.of("a nested list as what is called", nested + ")R", "can be called"),
                Arguments.of("a cycle as arguments", Torch.global("a", "b") + "K\1R", "tuple of arguments"),
                Arguments.of(
                        "a nested list as an offset",
                        nested + "0"
                                + Torch.dict(
                                        "a",
                                        Torch.global("torch._utils", "_rebuild_tensor_v2") + "("
                                                + Torch.storage(FLOATS, "0", 64)
                                                + "h\u0028K\4\u0085K\1\u0085\u0089}tR"),
                        "an offset"),
                Arguments.of(
                        "a stride of 2^63 - 1",
                        Torch.dict("a", Torch.tensor(64, 0, "K\4\u0085", LARGE + "\u0085")),
                        "outside of its storage"),
                Arguments.of(
                        "an offset of 2^63 - 1",
                        Torch.dict("a", Torch.tensor(64, Long.MAX_VALUE, "K\4\u0085", "K\1\u0085")),
                        "outside of its storage"),
                Arguments.of(
                        "a negative stride",
                        Torch.dict("a", Torch.tensor(64, 0, "K\4\u0085", "J\u00ff\u00ff\u00ff\u00ff\u0085")),
                        "outside of its storage"),
                Arguments.of(
                        "extents whose product overflows",
                        Torch.dict(
                                "a", Torch.tensor(64, 0, Torch.tuple(1 << 30, 1 << 30, 1 << 30), Torch.tuple(0, 0, 0))),
                        "63 bits"),
                Arguments.of(
                        "a quintillion repeats",
                        Torch.dict("a", Torch.tensor(64, 0, Torch.tuple(1 << 30, 1 << 30), Torch.tuple(0, 0))),
                        "too much is repeated"),
                Arguments.of("a million digits", "I" + "7".repeat(1_000_000) + "\n", "digits is longer"),
                Arguments.of("a million digits of a long", "L" + "7".repeat(1_000_000) + "L\n", "digits is longer"),
                Arguments.of("a million digits of a float", "F" + "7".repeat(1_000_000) + "\n", "characters is longer"),
                Arguments.of(
                        "a long of 100 kB", "\u008b" + Torch.int32(100_000) + "\1".repeat(100_000), "bytes is longer"),
                Arguments.of("no code point", "V\\U7fffffff\n", "no code point"),
                Arguments.of("an escape that is cut off", "V\\u12\n", "hexadecimal digits"),
                Arguments.of("a memo entry without number", "gx\n", "must be a number"),
                Arguments.of("a string that is too long", "X" + Torch.int32(-1), "does not fit"),
                Arguments.of("bytes that are too long", "\u008e" + Torch.int64(-1), "does not fit"),
                Arguments.of("a list as a mapping", "]" + Torch.text("a") + "Ns", "only a mapping"),
                Arguments.of("half a mapping", "}(" + Torch.text("a") + "u", "a value for each key"),
                Arguments.of(
                        "a name with an escape in it",
                        Torch.text("storage") + "\u001b]0;x\u0007",
                        "not one of a pickle"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefused(String what, String program, String words) throws IOException {
        for (byte[] content : new byte[][] {Torch.pth(program), Torch.legacy(program, 64)}) {
            Path file = Files.write(folder.resolve("hostile.pth"), content);
            Cost.within(64, what, () -> {
                String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file), what)
                        .getMessage();
                assertTrue(message.contains("hostile.pth: ") && message.contains(words), message);
                assertTrue(message.length() < 800 && message.chars().noneMatch(Character::isISOControl), message);
            });
        }
    }

    /** Values beside the weights may be anything: they are passed over, and the weights are read. */
    static Stream<Arguments> passedOver() {
        String nested = "(" + Torch.doubled(40) + "t";
        String cycle = "(" + Torch.CYCLE + "t";
        return Stream.of(
                Arguments.of("a cycle as a device", DEVICE + cycle + "R"),
                Arguments.of("a nested list", nested),
                Arguments.of("a nested list as a key", "}" + nested + "Ns"),
                Arguments.of("a cycle as a key", "}" + cycle + "Ns"),
                Arguments.of("a tuple as a key", "}K\1K\2\u0086Ns"),
                Arguments.of("bytes", "C\3abc"),
                Arguments.of("a set", "\u008f(K\1K\2\u0090"),
                Arguments.of("a frozen set", "(K\1K\2\u0091"),
                Arguments.of("a set of protocol 2", Torch.global("__builtin__", "set") + "](K\1K\2e\u0085R"),
                Arguments.of("an element type", Torch.global("torch", "float16")),
                Arguments.of("a function of a trainer's", Torch.global("train", "collate")),
                Arguments.of("an object with keyword arguments", Torch.global("a", "B") + "K\1\u0085}\u0092"),
                Arguments.of("an object with state and slots", Torch.global("a", "B") + ")\u0081}}\u0086b"),
                Arguments.of("an object that sets its state from a list", Torch.global("a", "B") + ")\u0081]K\1ab"),
                Arguments.of("an object of protocol 0", "(" + "iarg.x\nB\n"),
                Arguments.of("an object of an old class", "(" + Torch.global("a", "B") + "K\1o"),
                Arguments.of("a list of its own class", Torch.global("a", "B") + ")R(K\1K\2e"),
                Arguments.of("a mapping of its own class", Torch.global("a", "B") + ")R(K\1K\2u"),
                Arguments.of("a call of what a call gives", Torch.global("functools", "partial") + ")R)R"),
                Arguments.of("an extension", "\u0082\7"),
                Arguments.of("a buffer outside of the file", "\u0097\u0098"),
                Arguments.of(
                        "a module's class with its source",
                        "(" + Torch.text("module") + Torch.global("a", "B") + Torch.text("a.py") + Torch.text("x = 1")
                                + "tQ"),
                Arguments.of(
                        "a complex tensor",
                        Torch.global("torch._utils", "_rebuild_tensor_v2") + "("
                                + Torch.storage(Torch.global("torch", "ComplexFloatStorage"), "0", 32)
                                + "K\0K\4\u0085K\1\u0085\u0089}tR"),
                Arguments.of(
                        "a sparse tensor", Torch.global("torch._utils", "_rebuild_sparse_tensor") + "K\1K\2\u0086R"),
                Arguments.of(
                        "a metric of NumPy",
                        Torch.global("numpy.core.multiarray", "scalar") + Torch.global("numpy", "dtype") + "("
                                + Torch.text("f8") + "\u0089\u0088tR" + "C\u0008abcdefgh\u0086R"),
                Arguments.of("code", Torch.global("posix", "system") + Torch.text("touch ran") + "\u0085R"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passedOver")
    void isPassedOver(String what, String value) throws IOException {
        String weights = Torch.dict("w", Torch.tensor(64, 0, Torch.tuple(2, 2), Torch.tuple(2, 1)));
        String program = "}" + Torch.text("beside") + value + "s" + Torch.text("model") + weights + "s"
                + Torch.text("after") + "K\1s";
        // The complex tensor shares the storage of the weights, which the legacy form has no size for.
        byte[][] forms = what.contains("complex")
                ? new byte[][] {Torch.pth(program)}
                : new byte[][] {Torch.pth(program), Torch.legacy(program, 64)};
        for (byte[] content : forms) {
            Path file = Files.write(folder.resolve("beside.pth"), content);
            Cost.within(64, what, () -> {
                StateDict tensors = Checkpoint.open(file).tensors();
                assertEquals("[w]", tensors.names().toString());
                assertEquals(4, tensors.get("w").elements());
            });
        }
        assertTrue(Files.notExists(Path.of("ran")));
    }

    @Test
    void copiesOfOneMappingAreBounded() throws IOException {
        StringBuilder map = new StringBuilder("}q\0(");
        for (int i = 0; i < 60_000; i++) {
            map.append(Torch.text(Integer.toHexString(i))).append('N');
        }
        map.append("u0");
        for (String use : new String[] {
            Torch.global("argparse", "Namespace") + ")Rh\0b0",
            Torch.global("collections", "OrderedDict") + "h\0\u0085R0"
        }) {
            String program = map + use.repeat(20_000) + "N";
            Path file = Files.write(folder.resolve("copies.pth"), Torch.pth(program));
            Cost.within(400, "copies", () -> {
                String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                        .getMessage();
                assertTrue(message.contains("makes more than"), message);
            });
        }
    }

    @Test
    void aPackedPickleIsBounded() throws IOException {
        byte[] unit = new byte[1_000_000];
        Arrays.fill(unit, (byte) ']');
        Torch.Entry pickle = Torch.deflated("a/data.pkl", unit, 200, Torch.bytes("\u0080\2("), Torch.bytes("l."));
        Path file = Files.write(folder.resolve("packed.pth"), Torch.archive(pickle));
        Cost.within(
                64,
                "a packed pickle",
                () -> assertTrue(assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                        .getMessage()
                        .contains("claims 200000005 bytes where at most")));
        Torch.Entry short8 = Torch.deflated("a/data.pkl", unit, 8, Torch.bytes("\u0080\2("), Torch.bytes("l."));
        Path many = Files.write(folder.resolve("many.pth"), Torch.archive(short8));
        Cost.within(
                256,
                "many values",
                () -> assertTrue(assertThrows(WeightsException.class, () -> Checkpoint.open(many))
                        .getMessage()
                        .contains("makes more than")));
    }

    @Test
    void aPackedStorageOfZerosIsListedAndItsSizeSaid() throws IOException {
        long floats = 3L << 28;
        Torch.Entry zeros = Torch.deflated("a/data/0", new byte[1 << 20], 3072, new byte[0], new byte[0]);
        String program = Torch.dict("a", Torch.tensor(floats, 0, Torch.tuple(floats), Torch.tuple(1)));
        Path file = Files.write(
                folder.resolve("zeros.pth"),
                Torch.archive(Torch.Entry.stored("a/data.pkl", Torch.bytes("\u0080\2" + program + ".")), zeros));
        StateDict tensors = Checkpoint.open(file).tensors();
        assertEquals(floats, tensors.entry("a").shape().elements());
        String message =
                assertThrows(WeightsException.class, () -> tensors.get("a")).getMessage();
        assertTrue(message.contains("takes 3221225472 bytes"), message);
    }

    @Test
    void viewsOfALargeStorageCostWhatTheyShow() throws IOException {
        int rows = 2048;
        int columns = 1024;
        Torch.Entry zeros = Torch.deflated("a/data/0", new byte[1 << 20], 8, new byte[0], new byte[0]);
        String column =
                Torch.dict("a", Torch.tensor((long) rows * columns, 5, Torch.tuple(rows), Torch.tuple(columns)));
        byte[] data = new byte[rows * columns * 4];
        ByteBuffer floats = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows * columns; i++) {
            floats.putFloat(i);
        }
        Path stored = Files.write(folder.resolve("view.pth"), Torch.pth(column, data));
        Path packed = Files.write(
                folder.resolve("packed.pth"),
                Torch.archive(Torch.Entry.stored("a/data.pkl", Torch.bytes("\u0080\2" + column + ".")), zeros));
        Cost.within(8, "a column", () -> {
            float[] got = Checkpoint.open(stored).tensors().get("a").toFloatArray();
            for (int i = 0; i < rows; i++) {
                assertEquals(5 + i * columns, got[i]);
            }
            assertEquals(rows, Checkpoint.open(packed).tensors().get("a").elements());
        });
        String block = Torch.dict(
                "a",
                Torch.tensor(
                        (long) rows * columns, 3, Torch.tuple(2, 500, 3, 7), Torch.tuple(0, 2, 600L * columns, 2048)));
        Path strided = Files.write(folder.resolve("block.pth"), Torch.pth(block, data));
        float[] got = Checkpoint.open(strided).tensors().get("a").toFloatArray();
        int n = 0;
        for (int a = 0; a < 2; a++) {
            for (int b = 0; b < 500; b++) {
                for (int c = 0; c < 3; c++) {
                    for (int d = 0; d < 7; d++) {
                        assertEquals(3 + 2 * b + 600 * columns * c + 2048 * d, got[n++]);
                    }
                }
            }
        }
    }

    @Test
    void aStorageIsNotUnpackedOverAndOver() throws IOException {
        Torch.Entry zeros = Torch.deflated("a/data/0", new byte[1 << 20], 512, new byte[0], new byte[0]);
        StringBuilder program = new StringBuilder("}");
        for (int i = 0; i < 1000; i++) {
            program.append(Torch.text("t" + i))
                    .append(Torch.tensor(1 << 27, (1 << 27) - 1, Torch.tuple(1), Torch.tuple(1)))
                    .append('s');
        }
        Path file = Files.write(
                folder.resolve("over.pth"),
                Torch.archive(Torch.Entry.stored("a/data.pkl", Torch.bytes("\u0080\2" + program + ".")), zeros));
        StateDict tensors = Checkpoint.open(file).tensors();
        String message = assertThrows(
                        WeightsException.class, () -> tensors.names().forEach(tensors::get))
                .getMessage();
        assertTrue(message.contains("over and over"), message);
    }

    /** What has no name is looked for in all of a file; only the places that are told are texts. */
    @Test
    void manyValuesBelowLongNamesAreLookedThrough() throws IOException {
        StringBuilder program = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            program.append('}').append(Torch.text(i + "k".repeat(200)));
        }
        program.append('(')
                .append("]".repeat(600_000))
                .append(Torch.tensor(64, 0, Torch.tuple(2), Torch.tuple(1)))
                .append('l')
                .append("s".repeat(60));
        Path file = Files.write(folder.resolve("below.pth"), Torch.pth(program.toString()));
        Cost.within(256, "long names", () -> {
            String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                    .getMessage();
            assertTrue(message.contains("1 tensor was passed over"), message);
        });
    }

    @Test
    void theStateOfAnObjectIsNoWeights() throws IOException {
        Path file = Files.write(
                folder.resolve("state.pth"),
                Torch.pth(namespace(Torch.dict("w", Torch.tensor(64, 0, Torch.tuple(2), Torch.tuple(1))))));
        String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                .getMessage();
        assertTrue(message.contains("'argparse.Namespace'") && message.contains("nothing was run"), message);
    }
}
