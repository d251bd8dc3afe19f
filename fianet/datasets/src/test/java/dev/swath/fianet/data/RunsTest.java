package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Masks as runs: the same pixels as when every pixel and every point of an outline is gone through, at the cost of the text alone. */
class RunsTest {
    private static final int SCALE = 5;

    /** COCO's way of filling, point by point over the whole outline. */
    private static byte[] filled(List<Double> corners, int height, int width) {
        int n = corners.size() / 2;
        boolean[] turns = new boolean[height * width + 1];
        boolean started = false;
        int lastX = 0;
        int lastY = 0;
        for (int i = 0; i < n; i++) {
            int fromX = (int) (SCALE * corners.get(2 * i) + 0.5);
            int fromY = (int) (SCALE * corners.get(2 * i + 1) + 0.5);
            int toX = (int) (SCALE * corners.get(2 * ((i + 1) % n)) + 0.5);
            int toY = (int) (SCALE * corners.get(2 * ((i + 1) % n) + 1) + 0.5);
            int dx = Math.abs(toX - fromX);
            int dy = Math.abs(toY - fromY);
            boolean flat = dx >= dy;
            boolean back = flat ? fromX > toX : fromY > toY;
            int startX = back ? toX : fromX;
            int startY = back ? toY : fromY;
            int steps = Math.max(dx, dy);
            int rise = (flat ? toY - fromY : toX - fromX) * (back ? -1 : 1);
            double slope = steps == 0 ? 0 : (double) rise / steps;
            for (int s = 0; s <= steps; s++) {
                int t = back ? steps - s : s;
                int x = flat ? startX + t : (int) (startX + slope * t + 0.5);
                int y = flat ? (int) (startY + slope * t + 0.5) : startY + t;
                if (started && x != lastX) {
                    int crossed = Math.min(x, lastX);
                    int column = Math.floorDiv(crossed, SCALE);
                    if (Math.floorMod(crossed, SCALE) == SCALE / 2 && column >= 0 && column < width) {
                        double row = Math.clamp((Math.min(y, lastY) + 0.5) / SCALE - 0.5, 0, height);
                        turns[column * height + (int) Math.ceil(row)] ^= true;
                    }
                }
                lastX = x;
                lastY = y;
                started = true;
            }
        }
        byte[] out = new byte[height * width];
        boolean in = false;
        for (int at = 0; at < out.length; at++) {
            in ^= turns[at];
            out[at % height * width + at / height] = (byte) (in ? 1 : 0);
        }
        return out;
    }

    private static List<Double> polygon(SplittableRandom random, int height, int width) {
        int kind = random.nextInt(4);
        int corners = 3 + random.nextInt(12);
        List<Double> out = new ArrayList<>();
        for (int i = 0; i < 2 * corners; i++) {
            int limit = i % 2 == 0 ? width : height;
            double spread = kind == 0 ? 10_000 : kind == 1 ? 30 : 0;
            double value = random.nextDouble(-spread, limit + spread);
            out.add(kind == 2 ? Math.rint(value) : kind == 3 ? Math.rint(2 * value) / 2 : value);
        }
        return out;
    }

    @Test
    void polygonsAreFilledAsPointByPoint() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 1000; i++) {
            int height = 1 + random.nextInt(60);
            int width = 1 + random.nextInt(60);
            List<Double> corners = polygon(random, height, width);
            assertArrayEquals(
                    filled(corners, height, width),
                    Segmentation.decode(List.of(corners), height, width).values(),
                    () -> height + " x " + width + " " + corners);
        }
    }

    @Test
    void piecesAreAddedUpAndTheAreaIsThatOfThePixels() {
        SplittableRandom random = new SplittableRandom(12);
        for (int i = 0; i < 300; i++) {
            int height = 1 + random.nextInt(30);
            int width = 1 + random.nextInt(30);
            int[] sum = new int[height * width];
            List<Object> pieces = new ArrayList<>();
            for (int k = 1 + random.nextInt(4); k > 0; k--) {
                byte[] one;
                if (random.nextBoolean()) {
                    List<Double> corners = polygon(random, height, width);
                    pieces.add(corners);
                    one = filled(corners, height, width);
                } else {
                    one = new byte[height * width];
                    double share = random.nextDouble();
                    for (int p = 0; p < one.length; p++) {
                        one[p] = (byte) (random.nextDouble() < share ? 1 : 0);
                    }
                    pieces.add(Map.of(
                            "size",
                            List.of((long) height, (long) width),
                            "counts",
                            RunLength.encode(new Mask(width, height, one))));
                }
                for (int p = 0; p < one.length; p++) {
                    sum[p] += one[p];
                }
            }
            byte[] want = new byte[sum.length];
            for (int p = 0; p < sum.length; p++) {
                want[p] = (byte) (sum[p] == 1 ? 1 : 0);
            }
            Mask mask = Segmentation.decode(pieces, height, width);
            assertArrayEquals(want, mask.values());
            assertEquals(mask.area(), Segmentation.runs(pieces, height, width).area());
        }
    }

    private static void refused(List<?> segmentation, int height, int width, String part) {
        String message =
                String.valueOf(assertThrows(DataException.class, () -> Segmentation.decode(segmentation, height, width))
                        .getMessage());
        assertTrue(message.contains(part) && message.length() < 300, message);
    }

    @Test
    void whatIsClaimedIsNotPaidFor() {
        Map<String, Object> gigapixel = Map.of("size", List.of(32768L, 32768L), "counts", "0PPPPPP1");
        refused(List.of(gigapixel), 32768, 32768, "must have from 1 to 134217728 pixels");
        assertThrows(DataException.class, () -> RunLength.decode("0PPPPPP1", 32768, 32768));
        refused(List.of(List.of(0.0, 0.0, 9.0, 9.0, 0.0, 9.0)), 32768, 32768, "must have from 1 to 134217728 pixels");
        List<Double> zigzag = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            Collections.addAll(zigzag, i % 2 == 0 ? -10_000.0 : 10_004.0, i % 3 == 0 ? -9_000.0 : 9_000.0);
        }
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertEquals(
                        36, Segmentation.decode(List.of(zigzag), 9, 4).values().length));
        refused(List.of(zigzag), 9, 9_000, "may cross the columns of its image at most 8388608 times");
    }
}
