package dev.swath.fianet.synth;

import dev.swath.fianet.data.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * RefSegRS's layout: {@code images/<id>.tif}, {@code masks/<id>.tif} (0 or 255) and {@code output_phrase_<split>.txt}
 * with a line of id and sentence for each triplet.
 */
final class RefSegRsFiles implements DatasetWriter.Layout {
    private final Path root;
    private final Path images;
    private final Path masks;
    private final String[] lines;
    private final Split[] splits;

    RefSegRsFiles(Path root, int count) throws IOException {
        this.root = root;
        images = Files.createDirectories(root.resolve("images"));
        masks = Files.createDirectories(root.resolve("masks"));
        lines = new String[count];
        splits = new Split[count];
    }

    @Override
    public void put(int i, SyntheticScenes.Triplet t, Split split) throws IOException {
        ImageFiles.tiff(images.resolve(i + ".tif"), t.image());
        ImageFiles.tiff(masks.resolve(i + ".tif"), t.mask());
        lines[i] = i + " " + t.sentence() + "\n";
        splits[i] = split;
    }

    @Override
    public void finish() throws IOException {
        for (Split split : Split.values()) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < lines.length; i++) {
                if (splits[i] == split) {
                    text.append(lines[i]);
                }
            }
            Files.writeString(root.resolve("output_phrase_" + split.key() + ".txt"), text);
        }
    }
}
