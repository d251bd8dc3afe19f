package dev.swath.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest {
    private static final byte[] NEW = {'n', 'e', 'w'};

    @TempDir
    Path folder;

    private void assertFiles(long count) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            assertEquals(count, all.count(), "nothing unfinished may be left");
        }
    }

    private static String refused(Path file, AtomicFile.Content content) {
        return String.valueOf(assertThrows(UncheckedIOException.class, () -> AtomicFile.write(file, content))
                .getMessage());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), String.join(" ", command));
    }

    @Test
    void theNewContentTakesThePlaceOfTheOld() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "old");
        AtomicFile.write(file, NEW);
        assertEquals("new", Files.readString(file));
        assertFiles(1);
    }

    @Test
    void whatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "old");
        String message = refused(file, channel -> {
            AtomicFile.put(channel, ByteBuffer.wrap(new byte[9]));
            throw new IOException("No space left on device");
        });
        assertEquals("[write] " + file + " could not be written: the disk is full", message);
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFile.write(file, channel -> {
                    throw new IllegalStateException();
                }));
        assertEquals("old", Files.readString(file));
        assertFiles(1);
    }

    @Test
    void aFolderAndAMissingFolderAreSaid() {
        assertEquals("[write] " + folder + " could not be written: it is a folder", refused(folder, channel -> {}));
        Path lost = folder.resolve("no/file");
        assertEquals(
                "[write] " + lost + " could not be written: " + folder.resolve("no") + " does not exist",
                refused(lost, channel -> {}));
    }

    @Test
    void theLongestNameThatAFileMayHaveCanBeWritten() throws IOException {
        Path file = folder.resolve("n".repeat(255));
        AtomicFile.write(file, NEW);
        assertArrayEquals(NEW, Files.readAllBytes(file));
        String message = refused(folder.resolve("n".repeat(256)), channel -> {});
        assertTrue(message.endsWith("File name too long"), message);
    }

    @Test
    void aLinkIsReplacedAndItsTargetStays() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nothing"));
        AtomicFile.write(link, NEW);
        AtomicFile.write(dangling, NEW);
        assertEquals("old", Files.readString(target));
        assertTrue(Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS));
        assertTrue(Files.isRegularFile(dangling, LinkOption.NOFOLLOW_LINKS));
        assertFiles(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/null", "link to /dev/null"})
    void aDeviceIsWrittenToAndStays(String name) throws IOException {
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "this system has no devices");
        Path path = name.equals("/dev/null") ? device : Files.createSymbolicLink(folder.resolve("link"), device);
        AtomicFile.write(path, NEW);
        assertTrue(AtomicFile.isWrittenInPlace(path));
        assertFalse(Files.isRegularFile(device, LinkOption.NOFOLLOW_LINKS));
        assertEquals(path != device, Files.isSymbolicLink(path));
        assertEquals(0, Files.size(device));
    }

    @Test
    void aFullDeviceIsSaid() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no /dev/full");
        assertEquals(
                "[write] /dev/full could not be written: the disk is full",
                refused(full, channel -> AtomicFile.put(channel, ByteBuffer.wrap(NEW))));
    }

    @Test
    void aNamedPipeIsWrittenToAndStays() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "this system has no named pipes");
        run("mkfifo", pipe.toString());
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readAllBytes(pipe);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        AtomicFile.write(pipe, NEW);
        assertArrayEquals(NEW, read.get(1, TimeUnit.MINUTES));
        assertTrue(AtomicFile.isWrittenInPlace(pipe));
        assertFiles(1);
    }

    @Test
    void aFileKeepsItsPermissions() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        Path file = Files.writeString(folder.resolve("a"), "old");
        for (String permissions : new String[] {"rw-------", "rw-rw-r--", "r--r--r--"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            AtomicFile.write(file, NEW);
            assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"022 rw-r--r--", "077 rw-------", "002 rw-rw-r--", "027 rw-r-----"})
    void aNewFileHasThePermissionsThatTheUmaskLeaves(String row) throws Exception {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        Path file = folder.resolve("a");
        inProcess("umask " + row.substring(0, 3) + "; exec ", "write " + file, 0);
        assertEquals(row.substring(4), PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void aStreamIsWrittenThrough() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/stdout")) && Files.isDirectory(Path.of("/proc/self/fd")));
        Path out = folder.resolve("out");
        inProcess("exec >" + out + "; echo before; exec ", "write /dev/stdout", 0);
        assertEquals("before\nnew", Files.readString(out));
        assertTrue(Files.isSymbolicLink(Path.of("/dev/stdout")));
    }

    @Test
    void aProgramThatEndsInTheMiddleLeavesNothing() throws Exception {
        inProcess("exec ", "end " + folder.resolve("a"), 3);
        assertFiles(0);
        inProcess("exec ", "hold " + folder.resolve("a"), 3);
        assertEquals("new", Files.readString(folder.resolve("a")));
        assertFiles(1);
    }

    private static void inProcess(String before, String arguments, int exit) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        before + java + " -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path") + "' "
                                + AtomicFileTest.class.getName() + " " + arguments)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(exit, process.exitValue());
    }

    /** In a process of its own: writes a file, or ends in the middle of it, or is asked to end and finishes first. */
    public static void main(String[] args) {
        Path file = Path.of(args[1]);
        Thread end = new Thread(() -> System.exit(3));
        switch (args[0]) {
            case "write" -> AtomicFile.write(file, NEW);
            case "end" ->
                AtomicFile.write(file, channel -> {
                    AtomicFile.put(channel, ByteBuffer.wrap(NEW));
                    System.exit(3);
                });
            default -> {
                try (Unfinished.Hold _ = Unfinished.hold()) {
                    AtomicFile.write(file, channel -> {
                        AtomicFile.put(channel, ByteBuffer.wrap(NEW));
                        end.start();
                        java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
                    });
                }
            }
        }
    }
}
