package dev.swath.fianet.train;

import dev.swath.fianet.draw.Png;
import dev.swath.files.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws the curves of a run as a PNG: loss, learning rate, and the figures of the evaluations, each over the steps. */
final class Curves {
    private static final int WIDTH = 960;
    private static final int PANEL = 260;
    private static final int LEFT = 80;
    private static final int RIGHT = 30;
    private static final int TOP = 34;
    private static final int BOTTOM = 30;
    private static final int MOST_TICKS = 8;
    private static final int FEWEST_POINTS = 2;

    private static final Color AXIS = new Color(0x9a9a9a);
    private static final Color GRID = new Color(0xe6e6e6);
    private static final Color TEXT = new Color(0x333333);
    private static final Color FAINT = new Color(0xb8cbe3);
    private static final List<Color> COLOURS = List.of(new Color(0x1f5fa8), new Color(0xc8541d));

    private record Point(double x, double y) {}

    private record Line(String name, Color colour, List<Point> points, boolean dots) {}

    private Curves() {}

    /** Writes the picture of the records of a {@link MetricsLog}. */
    static void write(Path file, List<Map<String, Object>> records) {
        List<Point> loss = points(records, "step", "loss");
        BufferedImage image = new BufferedImage(WIDTH, 3 * PANEL, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, 3 * PANEL);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        double end =
                records.stream().mapToDouble(r -> number(r.get("step"))).max().orElse(1);
        panel(
                g,
                0,
                end,
                List.of(
                        new Line("loss", FAINT, loss, false),
                        new Line("loss, smoothed", COLOURS.get(0), smooth(loss), false)));
        panel(
                g,
                1,
                end,
                List.of(new Line("learning rate", COLOURS.get(0), points(records, "step", "learning_rate"), false)));
        panel(
                g,
                2,
                end,
                List.of(
                        new Line("mIoU (%)", COLOURS.get(0), points(records, "evaluation", "mIoU"), true),
                        new Line("oIoU (%)", COLOURS.get(1), points(records, "evaluation", "oIoU"), true)));
        g.dispose();
        AtomicFile.write(file, Png.of(image).bytes());
    }

    private static double number(Object value) {
        return value instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    private static List<Point> points(List<Map<String, Object>> records, String kind, String name) {
        return records.stream()
                .filter(MetricsLog.kind(kind))
                .filter(r -> r.get(name) instanceof Number)
                .map(r -> new Point(number(r.get("step")), number(r.get(name))))
                .toList();
    }

    /** An exponential mean with a window of about a fiftieth of the run, begun without bias towards zero. */
    private static List<Point> smooth(List<Point> points) {
        double keep = 1 - 1 / Math.max(1, points.size() / 50.0);
        double sum = 0;
        double weight = 0;
        List<Point> out = new ArrayList<>();
        for (Point p : points) {
            sum = keep * sum + (1 - keep) * p.y;
            weight = keep * weight + (1 - keep);
            out.add(new Point(p.x, weight > 0 ? sum / weight : p.y));
        }
        return out;
    }

    private static void panel(Graphics2D g, int index, double end, List<Line> lines) {
        int top = index * PANEL + TOP;
        int height = PANEL - TOP - BOTTOM;
        int width = WIDTH - LEFT - RIGHT;
        double low = Double.MAX_VALUE;
        double high = -Double.MAX_VALUE;
        for (Line line : lines) {
            for (Point p : line.points) {
                low = Math.min(low, p.y);
                high = Math.max(high, p.y);
            }
        }
        if (low > high) {
            low = 0;
            high = 1;
        }
        low = low > 0 && low < 0.6 * high ? 0 : low;
        high = high > low ? high : low + Math.max(1e-12, Math.abs(low) * 0.1);
        double each = step(high - low);
        low = each * Math.floor(low / each + 1e-9);
        high = each * Math.ceil(high / each - 1e-9);
        g.setColor(AXIS);
        g.drawLine(LEFT, top + height, LEFT + width, top + height);
        for (double value : ticks(low, high, each)) {
            int y = (int) Math.round(top + height - height * (value - low) / (high - low));
            if (y < top + height) {
                g.setColor(GRID);
                g.drawLine(LEFT, y, LEFT + width, y);
            }
            g.setColor(TEXT);
            String label = label(value, each);
            g.drawString(label, LEFT - 8 - g.getFontMetrics().stringWidth(label), y + 4);
        }
        double steps = Math.max(1, step(end)); // half a step is none
        for (double value : ticks(0, end, steps)) {
            String label = label(value, steps);
            int x = (int) Math.round(LEFT + width * value / Math.max(1, end));
            g.drawString(label, x - g.getFontMetrics().stringWidth(label) / 2, top + height + 18);
        }
        if (lines.stream().allMatch(line -> line.points.size() < FEWEST_POINTS)) {
            g.drawString(
                    lines.getFirst().points.isEmpty() ? "nothing yet" : "one value so far: too little to draw a curve",
                    LEFT + 20,
                    top + height / 2);
        }
        int at = LEFT;
        for (Line line : lines) {
            g.setColor(line.colour);
            g.fillRect(at, top - 17, 12, 4);
            g.setColor(TEXT);
            g.drawString(line.name, at + 18, top - 11);
            at += 40 + g.getFontMetrics().stringWidth(line.name);
            draw(g, line, new double[] {end, low, high}, top, width, height);
        }
    }

    private static void draw(Graphics2D g, Line line, double[] range, int top, int width, int height) {
        g.setColor(line.colour);
        g.setStroke(new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        Path2D path = new Path2D.Double();
        for (Point p : line.points) {
            double x = LEFT + width * p.x / Math.max(1, range[0]);
            double y = top + height - height * (p.y - range[1]) / (range[2] - range[1]);
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
            if (line.dots) {
                g.fillOval((int) Math.round(x) - 3, (int) Math.round(y) - 3, 6, 6);
            }
        }
        g.draw(path);
        g.setStroke(new BasicStroke(1));
    }

    /** A round distance, 1, 2 or 5 times a power of ten, that gives at most {@link #MOST_TICKS} ticks over the range. */
    static double step(double range) {
        double least = range / MOST_TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double times : new double[] {1, 2, 5}) {
            if (times * power >= least * (1 - 1e-9)) {
                return times * power;
            }
        }
        return 10 * power;
    }

    /** The multiples of the step from one value to another. */
    static List<Double> ticks(double from, double to, double step) {
        List<Double> out = new ArrayList<>();
        for (long i = Math.round(Math.ceil(from / step - 1e-9)); i * step <= to + 1e-9 * step; i++) {
            out.add(i * step);
        }
        return out;
    }

    /** With as many digits as the step needs. */
    static String label(double value, double step) {
        if (value == 0) {
            return "0";
        }
        if (step < 1e-3) {
            int digits = (int) Math.max(0, Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(step)));
            return String.format(Locale.ROOT, "%." + digits + "e", value);
        }
        int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
