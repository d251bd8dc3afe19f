package dev.swath.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Folders that were made for what is to be written, to be taken away again if nothing comes of it. */
public final class NewFolders {
    private final List<Path> made;

    private NewFolders(List<Path> made) {
        this.made = made;
    }

    /** Makes a folder and those above it, as far as they are not there. */
    public static NewFolders make(Path folder) throws IOException {
        List<Path> made = new ArrayList<>();
        for (Path p = folder.toAbsolutePath(); isMissing(p); p = p.getParent()) {
            made.add(p);
        }
        NewFolders out = new NewFolders(made);
        try {
            Files.createDirectories(folder);
            return out;
        } catch (IOException e) {
            out.undo();
            throw e;
        }
    }

    private static boolean isMissing(@Nullable Path path) {
        return path != null && !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether any was made, and with it the folder that was asked for. */
    public boolean any() {
        return !made.isEmpty();
    }

    /** Deletes those that were made, as far as they are empty. */
    public void undo() {
        for (Path p : made) {
            try {
                Files.deleteIfExists(p);
            } catch (IOException _) {
                return; // somebody else has put something into it, so those above are not empty either
            }
        }
    }
}
