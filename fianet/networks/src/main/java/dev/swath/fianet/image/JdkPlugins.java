package dev.swath.fianet.image;

import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderWriterSpi;

/** The plug-ins of {@code ImageIO} that come with the JDK, whatever others an application has registered. */
public final class JdkPlugins {
    private static final int LOOKS = 1000;

    private JdkPlugins() {}

    /**
     * The JDK's reader or writer of a format; empty where an application has taken it out of the registry. Other threads may
     * register plug-ins or take them out meanwhile.
     *
     * @param kind {@code ImageReaderSpi.class} or {@code ImageWriterSpi.class}
     * @param format a name of the format, as {@code "jpeg"}
     */
    public static <T extends ImageReaderWriterSpi> Optional<T> find(Class<T> kind, String format) {
        // The registry locks itself while a plug-in comes or goes, but not while it is gone through: then it is looked
        // through again.
        boolean missed = false;
        for (int look = 1; ; look++) {
            try {
                Optional<T> found = look(kind, format);
                if (found.isPresent() || missed) {
                    return found;
                }
                missed = true;
            } catch (ConcurrentModificationException e) {
                if (look >= LOOKS) {
                    throw e;
                }
                Thread.yield();
            }
        }
    }

    private static <T extends ImageReaderWriterSpi> Optional<T> look(Class<T> kind, String format) {
        Iterator<T> all = IIORegistry.getDefaultInstance().getServiceProviders(kind, false);
        while (all.hasNext()) {
            T plugin = all.next();
            if (plugin.getClass().getModule() == kind.getModule()
                    && Arrays.asList(plugin.getFormatNames()).contains(format)) {
                return Optional.of(plugin);
            }
        }
        return Optional.empty();
    }
}
