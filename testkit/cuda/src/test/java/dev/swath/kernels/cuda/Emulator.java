package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.testkit.BuiltEmulator;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bytedeco.cuda.global.cudart;

/**
 * The pretended driver: what it can be asked besides what a driver can be. On a machine with a device the tests run on that
 * one, and nothing here is called; where neither is, they are skipped.
 */
final class Emulator {
    private static final Path CONVOLUTIONS = BuiltEmulator.DRIVER.resolveSibling("libcudnn_graph.so.9");
    private static int resets;

    private Emulator() {}

    /** Whether kernels run on the processor here. */
    static boolean isHere() {
        return BuiltEmulator.isHere();
    }

    /**
     * Skips the test where there is no device, neither a pretended nor, asked for by {@code -Dswath.test.backend=cuda}, a real
     * one; with {@code CI=true} it fails, for there the pretended one must be.
     */
    static void require() {
        if (!"cuda".equals(System.getProperty("swath.test.backend"))) {
            requireEmulator();
        }
    }

    /** The same for what only a pretended device can be asked to do. */
    static void requireEmulator() {
        BuiltEmulator.require();
    }

    /** How often everything was forgotten; a backend of an earlier count must not be used. */
    static int resets() {
        return resets;
    }

    /** Opens a device, pretended or real, and checks the types of what it is given to launch where they are known. */
    static CudaBackend open(int index) {
        assertEquals(cudart.CUDA_SUCCESS, cudart.cuInit(0));
        return new CudaBackend(index, signatures());
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return handle(BuiltEmulator.DRIVER, name, type);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(Path file, String name, FunctionDescriptor type) {
        SymbolLookup library = SymbolLookup.libraryLookup(file, Arena.global());
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
    }

    private static Object call(MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Sets what the driver pretends to be: {@code schedule} (0 in order, 1 in reverse and as late as can be, others at
     * random), {@code devices}, {@code capability} (90), {@code memory} in bytes, {@code driver} (13000), {@code
     * multiprocessors}; {@code fail_after} calls, {@code fail_with} this error; {@code lost_launch}: so many launches from now
     * one does nothing.
     */
    static void set(String name, long value) {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle set = handle(
                    "swath_emulator_set",
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
            assertEquals(0, call(set, arena.allocateFrom(name), value));
        }
    }

    /** Tells the pretended cuDNN what it cannot do, see {@code convolutions.cpp}; 0 for what it can again. */
    static void setConvolutions(String name, long value) {
        try (Arena arena = Arena.ofConfined()) {
            FunctionDescriptor type = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
            call(handle(CONVOLUTIONS, "swath_cudnn_set", type), arena.allocateFrom(name), value);
        }
    }

    /** How many descriptors of the pretended cuDNN there are. */
    static long describedConvolutions() {
        return (long) call(handle(CONVOLUTIONS, "swath_cudnn_described", FunctionDescriptor.of(ValueLayout.JAVA_LONG)));
    }

    /** Forgets every setting, every context and all memory. Backends that are still open must not be used again. */
    static void reset() {
        resets++;
        if (isHere()) {
            call(handle("swath_emulator_reset", FunctionDescriptor.of(ValueLayout.JAVA_INT)));
        }
    }

    /** Bytes in use of a device. */
    static long used(int device) {
        return (long) call(
                handle("swath_emulator_used", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)),
                device);
    }

    /** Every kernel with the types of its parameters, as {@code *f32,i32,{72}}. */
    @SuppressWarnings("restricted")
    static Map<String, String> kernels() {
        MemorySegment text =
                (MemorySegment) call(handle("swath_emulator_kernels", FunctionDescriptor.of(ValueLayout.ADDRESS)));
        return text.reinterpret(Long.MAX_VALUE)
                .getString(0)
                .lines()
                .map(line -> line.split(" ", 3))
                .collect(Collectors.toMap(p -> p[1], p -> p[2], (a, _) -> a, TreeMap::new));
    }

    /** Fails where a launch gives other types than the kernel takes. */
    private static LaunchCheck signatures() {
        if (!isHere()) {
            return LaunchCheck.NONE;
        }
        Map<String, String> known = kernels();
        return (kernel, arguments) -> {
            String expected = known.get(kernel);
            assertTrue(expected != null, kernel + " is not in the emulator");
            if (!fits(expected, arguments.toString())) {
                throw new IllegalArgumentException(kernel + " takes " + expected + ", and gets " + arguments);
            }
        };
    }

    private static boolean fits(String parameters, String arguments) {
        String[] expected = parameters.isEmpty() ? new String[0] : parameters.split(",");
        String[] given = arguments.isEmpty() ? new String[0] : arguments.split(",");
        if (expected.length != given.length) {
            return false;
        }
        for (int i = 0; i < given.length; i++) {
            if (!fitsOne(expected[i], given[i])) {
                return false;
            }
        }
        return true;
    }

    /** {@code *u16} takes anything of that width, and pointers of any type are {@code *} or {@code *null}. */
    private static boolean fitsOne(String expected, String given) {
        if (expected.equals(given)) {
            return true;
        }
        if (!expected.startsWith("*")) {
            return expected.equals("u32") && given.equals("i32") || expected.equals("u64") && given.equals("i64");
        }
        return switch (given) {
            case "*", "*null" -> true;
            case "*bool", "*i8", "*u8" -> expected.equals("*u8") || expected.equals("*bool");
            case "*bf16", "*f16", "*i16", "*u16" -> expected.equals("*u16");
            case "*f32", "*i32" -> expected.equals("*u32");
            case "*f64", "*i64" -> expected.equals("*u64");
            default -> expected.equals("*") && given.startsWith("*");
        };
    }
}
