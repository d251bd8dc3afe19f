package dev.swath.bench;

import dev.swath.bench.report.Machine;
import dev.swath.files.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Command that writes what its JVM measures on into a file: {@link Run} starts it with the options of the measured JVMs. */
final class DescribeMachine {
    private DescribeMachine() {}

    /** Writes into the file named. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), Json.write(Machine.here().toJson(), true));
    }
}
