package dev.swath.fianet.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** A data set read out of its zip file; nothing is unpacked to disk. Each file's checksum is compared when it is read. */
final class ZipRoot implements DataRoot {
    private static final int MAX_ENTRIES = 4_000_000;

    private final Path file;
    private final ZipFile zip;
    private final String prefix;
    private final Map<String, ZipEntry> entries;

    private ZipRoot(Path file, ZipFile zip, String prefix, Map<String, ZipEntry> entries) {
        this.file = file;
        this.zip = zip;
        this.prefix = prefix;
        this.entries = entries;
    }

    static ZipRoot open(Path file) {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw new DataException(
                    "[data] " + file + " is no whole zip file (it may be cut off; download it again): "
                            + e.getMessage(),
                    e);
        } catch (IOException e) {
            throw new DataException("[data] " + file + " cannot be opened: " + e.getMessage(), e);
        }
        try {
            return new ZipRoot(file, zip, "", index(file, zip));
        } catch (RuntimeException e) {
            closeQuietly(zip, e);
            throw e;
        }
    }

    private static void closeQuietly(ZipFile zip, RuntimeException cause) {
        try {
            zip.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static Map<String, ZipEntry> index(Path file, ZipFile zip) {
        if (zip.size() > MAX_ENTRIES) {
            throw new DataException("[data] " + file + " names " + zip.size() + " entries, more than any data set has");
        }
        Map<String, ZipEntry> entries = new HashMap<>();
        for (ZipEntry entry : Collections.list(zip.entries())) {
            DataRoot.checked(entry.getName(), file);
            if (!entry.isDirectory() && entries.put(entry.getName(), entry) != null) {
                throw new DataException("[data] " + file + " holds '" + entry.getName() + "' twice");
            }
        }
        return entries;
    }

    @Override
    public Optional<DataRoot> holding(List<String> markers) {
        return entries.keySet().stream()
                .filter(name -> !name.startsWith("__MACOSX/"))
                .flatMap(name -> markers.stream()
                        .filter(m -> name.equals(m) || name.endsWith("/" + m))
                        .map(m -> name.substring(0, name.length() - m.length())))
                .min(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .map(found -> new ZipRoot(file, zip, found, entries));
    }

    @Override
    public String describe(String name) {
        return file + "!/" + prefix + name;
    }

    @Override
    public boolean exists(String name) {
        return entries.containsKey(prefix + DataRoot.checked(name, file));
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = entries.get(prefix + DataRoot.checked(name, file));
        if (entry == null) {
            throw new DataException("[data] the file " + describe(name) + " is missing");
        }
        return entry;
    }

    @Override
    public byte[] read(String name, int cap) {
        ZipEntry entry = entry(name);
        if (entry.getSize() > cap) {
            throw new DataException("[data] " + describe(name) + " claims " + entry.getSize() + " bytes where at most "
                    + cap + " make sense");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(cap);
            if (bytes.length != entry.getSize() || in.read() >= 0) {
                throw new DataException("[data] " + describe(name) + " does not unpack to the " + entry.getSize()
                        + " bytes that the zip file claims");
            }
            CRC32 crc = new CRC32();
            crc.update(bytes);
            if (crc.getValue() != entry.getCrc()) {
                throw new DataException("[data] " + describe(name)
                        + " is damaged: its checksum is not the one in the zip file; download it again");
            }
            return bytes;
        } catch (IOException e) {
            throw new DataException("[data] " + describe(name) + " cannot be unpacked: " + e.getMessage(), e);
        }
    }

    /** As the zip file states them; {@link #read} compares. */
    @Override
    public String checksum(String name) {
        ZipEntry entry = entry(name);
        return entry.getSize() + " " + Long.toHexString(entry.getCrc());
    }

    @Override
    public ImageInputStream image(String name) throws IOException {
        return new MemoryCacheImageInputStream(zip.getInputStream(entry(name)));
    }

    @Override
    public long seekableLength(String name) {
        return -1;
    }

    @Override
    public List<String> list(String folder) {
        String start = prefix + DataRoot.checked(folder, file) + "/";
        List<String> names = new ArrayList<>();
        for (String name : entries.keySet()) {
            if (name.startsWith(start) && name.indexOf('/', start.length()) < 0) {
                names.add(name.substring(start.length()));
            }
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new DataException("[data] " + file + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
