package dev.swath.fianet.data;

import dev.swath.files.FileFaults;
import dev.swath.files.Quoted;
import java.io.FilterInputStream;
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

    /** A list of more bytes than the first must not unpack to more than the second times its packed bytes. */
    private static final long PLAIN = 1 << 24;

    private static final long RATIO = 20;

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
                    "[data] " + Quoted.path(file)
                            + " is no whole zip file: it may be of another kind, or cut off; download" + " it again",
                    e);
        } catch (IOException e) {
            throw new DataException("[data] " + Quoted.path(file) + " cannot be opened: " + FileFaults.reason(e), e);
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
            throw new DataException(
                    "[data] " + Quoted.path(file) + " names " + zip.size() + " entries, more than any data set has");
        }
        Map<String, ZipEntry> entries = new HashMap<>();
        for (ZipEntry entry : Collections.list(zip.entries())) {
            DataRoot.checked(entry.getName(), file);
            if (!entry.isDirectory() && entries.put(entry.getName(), entry) != null) {
                throw new DataException(
                        "[data] " + Quoted.path(file) + " holds '" + Quoted.text(entry.getName()) + "' twice");
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
        return Quoted.path(file) + "!/" + Quoted.text(prefix + name);
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
        if (cap == MAX_TEXT && entry.getSize() > Math.max(PLAIN, RATIO * entry.getCompressedSize())) {
            throw new DataException("[data] " + describe(name) + " claims to unpack to " + entry.getSize()
                    + " bytes from " + entry.getCompressedSize() + ", as no list of a data set does");
        }
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
            throw new DataException(
                    "[data] " + describe(name) + " cannot be unpacked: it is damaged; download the zip file again", e);
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
        ZipEntry entry = entry(name);
        if (entry.getSize() > MAX_IMAGE) {
            throw new DataException("[data] " + describe(name) + " claims " + entry.getSize() + " bytes where at most "
                    + MAX_IMAGE + " make sense");
        }
        return new MemoryCacheImageInputStream(new Claimed(zip.getInputStream(entry), entry.getSize()));
    }

    /** No more of an entry than its size says. */
    private static final class Claimed extends FilterInputStream {
        private long left;

        Claimed(InputStream in, long size) {
            super(in);
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            int b = left > 0 ? in.read() : -1;
            left -= b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            int n = left > 0 ? in.read(into, from, (int) Math.min(count, left)) : -1;
            left -= Math.max(0, n);
            return n;
        }
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
            throw new DataException("[data] " + Quoted.path(file) + " cannot be closed: " + FileFaults.reason(e), e);
        }
    }
}
