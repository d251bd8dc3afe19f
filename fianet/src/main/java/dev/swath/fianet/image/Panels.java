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

/** Writes an image and masks over it side by side, with words below. */
public final class Panels {
    private static final int GAP = 4;
    private static final int MARGIN = 6;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

    private Panels() {}

    /**
     * Writes a PNG. Both masks have the image's size.
     *
     * @param caption lines below the pictures; long ones are wrapped
     */
    public static void write(Path file, RgbImage image, boolean[] truth, boolean[] prediction, List<String> caption) {
        FontMetrics metrics = metrics();
        List<String> lines = new ArrayList<>();
        caption.forEach(c -> wrap(c, metrics, 3 * image.width() + 2 * GAP - 2 * MARGIN, lines));
        draw(file, image, List.of(new boolean[truth.length], truth, prediction), List.of(lines));
    }

    /**
     * Writes a PNG: the image, and beside it each mask over it with its sentence below.
     *
     * @param masks each of the image's size
     * @param sentences one for each mask
     */
    public static void writeAnswers(Path file, RgbImage image, List<boolean[]> masks, List<String> sentences) {
        FontMetrics metrics = metrics();
        List<boolean[]> pictures = new ArrayList<>(masks);
        pictures.addFirst(new boolean[image.width() * image.height()]);
        List<List<String>> columns = new ArrayList<>();
        columns.add(List.of());
        for (String sentence : sentences) {
            List<String> lines = new ArrayList<>();
            wrap(sentence, metrics, image.width() - 2 * MARGIN, lines);
            columns.add(lines);
        }
        draw(file, image, pictures, columns);
    }

    /** Pictures from left to right; below them columns of lines that begin where the pictures do. */
    private static void draw(Path file, RgbImage image, List<boolean[]> masks, List<List<String>> columns) {
        FontMetrics metrics = metrics();
        int lines = columns.stream().mapToInt(List::size).max().orElse(0);
        int width = masks.size() * (image.width() + GAP) - GAP;
        int height = image.height() + 2 * MARGIN + lines * metrics.getHeight();
        BufferedImage panel = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = panel.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            for (int i = 0; i < masks.size(); i++) {
                g.drawImage(Overlays.overlay(image, masks.get(i)), i * (image.width() + GAP), 0, null);
            }
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setColor(Color.BLACK);
            g.setFont(FONT);
            for (int i = 0; i < columns.size(); i++) {
                int y = image.height() + MARGIN + metrics.getAscent();
                for (String line : columns.get(i)) {
                    g.drawString(line, i * (image.width() + GAP) + MARGIN, y);
                    y += metrics.getHeight();
                }
            }
        } finally {
            g.dispose();
        }
        Overlays.write(file, panel);
    }

    private static FontMetrics metrics() {
        Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        try {
            return g.getFontMetrics(FONT);
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
