package dev.swath.fianet.image.decode;

import dev.swath.fianet.image.ImageException;

/** What an image takes in memory, compared with the heap before it is taken. */
public final class Heap {
    private static final int MEGABYTE = 1_000_000;

    private Heap() {}

    /** Refuses an image whose pixels, at so many bytes each, can never lie in the heap. */
    public static void require(String name, long width, long height, int bytesAPixel) {
        long needed = width * height * bytesAPixel;
        long heap = Runtime.getRuntime().maxMemory();
        if (needed >= heap) {
            throw new ImageException("[image] " + name + ": an image of " + width + " x " + height + " pixels takes "
                    + needed / MEGABYTE + " MB; the Java heap of " + (heap >> 20)
                    + " MiB is too small, raise it with -Xmx");
        }
    }
}
