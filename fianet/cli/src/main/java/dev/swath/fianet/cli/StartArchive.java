package dev.swath.fianet.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Keeps the classes that a command has loaded in a file, as the JVM lays them out in memory, so that later starts find them there (class-data
 * sharing). The launcher asks for it by {@code -Dswath.start.archive=FILE} where that file is not there yet, and gives the file to the JVM where
 * it is. A file appears whole or not at all, and two processes may write the same one. Where it cannot be written, starts stay as slow as they
 * were, and nothing else comes of it.
 */
final class StartArchive {
    /** Names the file to be written; absent or empty if none is asked for. */
    static final String PROPERTY = "swath.start.archive";

    private static final System.Logger LOGGER = System.getLogger(StartArchive.class.getName());

    private static final String ENDING = ".jsa";

    /** So many archives stay in a folder: builds and JDKs come and go, and each has one. */
    private static final int KEPT = 4;

    /** What is older, and is no archive, was left by a process that was ended. */
    private static final Duration UNFINISHED = Duration.ofHours(1);

    /** Two or three times what an archive has. */
    private static final int ROOM = 48 << 20;

    private StartArchive() {}

    /** Writes the file that is asked for, if one is. */
    static void keep() {
        String asked = System.getProperty(PROPERTY, "");
        if (!asked.isEmpty()) {
            keep(Path.of(asked).toAbsolutePath());
        }
    }

    private static void keep(Path file) {
        Path part = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid());
        PrintStream out = System.out;
        try {
            requireRoom(part);
            // The JVM says on standard output what it wrote, amid the data of the command.
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            dump(part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            clear(file.getParent());
        } catch (IOException | JMException | RuntimeException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "{0} is not written: {1}", file, e);
        } finally {
            System.setOut(out);
            remove(part);
            remove(Path.of(part + ".temp")); // where the JVM begins it
        }
    }

    /** A JVM that finds no room for the archive while it writes it ends the process, as one that failed. */
    private static void requireRoom(Path file) throws IOException {
        byte[] zeros = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            for (int n = 0; n < ROOM; n += zeros.length) {
                out.write(zeros);
            }
        }
        Files.delete(file);
    }

    /** Asks the JVM as {@code jcmd PID VM.cds dynamic_dump FILE} does; it must run with {@code -XX:+RecordDynamicDumpInfo}. */
    private static void dump(Path to) throws JMException {
        ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "vmCds",
                        new Object[] {new String[] {"dynamic_dump", '"' + to.toString() + '"'}},
                        new String[] {String[].class.getName()});
    }

    /** Takes away what later builds and JDKs have replaced, and what was never finished. */
    static void clear(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(f -> f.getFileName().toString().contains(ENDING))
                    .sorted(Comparator.comparing(StartArchive::written).reversed())
                    .toList();
        }
        FileTime longAgo = FileTime.from(Instant.now().minus(UNFINISHED));
        int archives = 0;
        for (Path f : files) {
            if (f.toString().endsWith(ENDING) ? ++archives > KEPT : written(f).compareTo(longAgo) < 0) {
                remove(f);
            }
        }
    }

    /** When; the beginning of time if another process has taken the file away. */
    private static FileTime written(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "{0} cannot be removed: {1}", file, e);
        }
    }
}
