package dev.swath.fianet.image;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes an image, its true mask and a predicted mask side by side, with words below. */
public final class Panels {
    private static final int GAP = 4;
    private static final int MARGIN = 6;
    private static final int FONT_SIZE = 14;

    private Panels() {}

    /**
     * Writes a PNG. Both masks have the image's size.
     *
     * @param caption lines below the pictures; long ones are wrapped
     */
    public static void write(Path file, RgbImage image, boolean[] truth, boolean[] prediction, List<String> caption) {
        int width = 3 * image.width() + 2 * GAP;
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE);
        FontMetrics metrics = metrics(font);
        List<String> lines = new ArrayList<>();
        caption.forEach(c -> wrap(c, metrics, width - 2 * MARGIN, lines));
        int height = image.height() + 2 * MARGIN + lines.size() * metrics.getHeight();
        BufferedImage panel = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = panel.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            boolean[] none = new boolean[truth.length];
            int at = 0;
            for (boolean[] mask : List.of(none, truth, prediction)) {
                g.drawImage(Overlays.overlay(image, mask), at, 0, null);
                at += image.width() + GAP;
            }
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setColor(Color.BLACK);
            g.setFont(font);
            int y = image.height() + MARGIN + metrics.getAscent();
            for (String line : lines) {
                g.drawString(line, MARGIN, y);
                y += metrics.getHeight();
            }
        } finally {
            g.dispose();
        }
        Overlays.write(file, panel);
    }

    private static FontMetrics metrics(Font font) {
        Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        try {
            return g.getFontMetrics(font);
        } finally {
            g.dispose();
        }
    }

    private static void wrap(String text, FontMetrics metrics, int width, List<String> out) {
        String line = "";
        for (String word : text.split(" ")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && metrics.stringWidth(longer) > width) {
                out.add(line);
                longer = word;
            }
            line = longer;
        }
        out.add(line);
    }
}
