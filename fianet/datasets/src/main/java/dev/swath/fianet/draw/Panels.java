package dev.swath.fianet.draw;

import dev.swath.fianet.image.RgbImage;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Draws an image and masks over it side by side, with words below. */
public final class Panels {
    private static final int GAP = 4;
    private static final int MARGIN = 6;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

    /**
     * A sample and what a model made of it. Both masks have the image's size.
     *
     * @param image of the sample
     * @param truth mask of the data set
     * @param prediction mask of the model
     * @param caption lines below the pictures; long ones are wrapped
     */
    public record Panel(RgbImage image, boolean[] truth, boolean[] prediction, List<String> caption) {
        /** Copies the list. */
        public Panel {
            caption = List.copyOf(caption);
        }
    }

    private Panels() {}

    /** Writes a PNG: image, true mask and predicted mask from left to right. */
    public static void write(Path file, Panel panel) {
        Overlays.write(file, draw(panel));
    }

    /** Panels, at least one, below each other as one PNG. */
    public static Png encode(List<Panel> panels) {
        List<BufferedImage> rows = panels.stream().map(Panels::draw).toList();
        int width = rows.stream().mapToInt(BufferedImage::getWidth).max().orElseThrow();
        int height = rows.stream().mapToInt(BufferedImage::getHeight).sum();
        BufferedImage all = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = all.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            int y = 0;
            for (BufferedImage row : rows) {
                g.drawImage(row, 0, y, null);
                y += row.getHeight();
            }
        } finally {
            g.dispose();
        }
        return Png.of(all);
    }

    private static BufferedImage draw(Panel p) {
        FontMetrics metrics = metrics();
        List<String> lines = new ArrayList<>();
        p.caption.forEach(c -> wrap(c, metrics, 3 * p.image.width() + 2 * GAP - 2 * MARGIN, lines));
        return draw(p.image, List.of(new boolean[p.truth.length], p.truth, p.prediction), List.of(lines));
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
        Overlays.write(file, draw(image, pictures, columns));
    }

    /** Pictures from left to right; below them columns of lines that begin where the pictures do. */
    private static BufferedImage draw(RgbImage image, List<boolean[]> masks, List<List<String>> columns) {
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
        return panel;
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
