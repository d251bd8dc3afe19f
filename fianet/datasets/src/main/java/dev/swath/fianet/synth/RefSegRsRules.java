package dev.swath.fianet.synth;

import java.awt.Shape;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * When the relations of RefSegRS's sentences hold. Lengths are percent of the frame's side.
 *
 * <ul>
 *   <li><b>driving on the road</b>: the middle of the vehicle lies in the outline of a road;
 *   <li><b>in the parking area</b>: the middle of the vehicle lies in the outline of a parking lot;
 *   <li><b>along the road</b>: the outlines of the thing and of a road are at most {@value #ALONG} apart;
 *   <li><b>with a parking lot</b>: the outlines of the building and of a lot are at most {@value #BESIDE_LOT} apart;
 *   <li><b>along with tree</b>: at least {@value #ROW} trees whose middles lie in the frame stand with their middles at
 *       most {@value #BESIDE} from the outline of the walk;
 *   <li><b>surrounded by building</b>: of {@value #RAYS} rays from the middle of the lawn, evenly spread, at least
 *       {@value #BLOCKED} meet a building within {@value #SIGHT}.
 * </ul>
 *
 * Each answer is yes, no, or unsure; unsure means so near to a limit that people would disagree, and then the generator
 * does not use the sentence.
 */
final class RefSegRsRules {
    static final double ALONG = 18;
    static final double BESIDE_LOT = 4;
    static final double BESIDE = 6;
    static final int ROW = 3;
    static final int RAYS = 16;
    static final int BLOCKED = 13;
    static final double SIGHT = 32;

    private static final double SAMPLE = 2;

    /** Whether something holds. */
    enum Answer {
        YES,
        NO,
        UNSURE;

        /** Yes up to a limit less a margin, no from the limit plus a margin on. */
        static Answer atMost(double value, double limit, double margin) {
            return value <= limit - margin ? YES : value > limit + margin ? NO : UNSURE;
        }
    }

    private final Scene scene;

    RefSegRsRules(Scene scene) {
        this.scene = scene;
    }

    Answer inside(SceneObject o, Kind surface) {
        Rectangle2D box = o.outline().getBounds2D();
        for (SceneObject s : scene.objects()) {
            if (s.kind() == surface && s.outline().contains(box.getCenterX(), box.getCenterY())) {
                return Answer.YES;
            }
        }
        for (SceneObject s : scene.objects()) {
            if (s.kind() == surface && s.outline().intersects(box)) {
                return Answer.UNSURE;
            }
        }
        return Answer.NO;
    }

    Answer along(SceneObject o) {
        return Answer.atMost(nearest(o, Kind.ROAD), ALONG, 0.8);
    }

    Answer withLot(SceneObject o) {
        return Answer.atMost(nearest(o, Kind.PARKING_LOT), BESIDE_LOT, 1.5);
    }

    Answer alongTrees(SceneObject walk) {
        int near = 0;
        int nearby = 0;
        for (SceneObject o : scene.objects()) {
            Rectangle2D box = o.outline().getBounds2D();
            double x = box.getCenterX();
            double y = box.getCenterY();
            if (o.kind() == Kind.TREE && x > 0 && y > 0 && x < SceneObject.FRAME && y < SceneObject.FRAME) {
                double d = walk.outline().contains(x, y) ? 0 : distance(x, y, edges(walk.outline()));
                near += d <= BESIDE - 0.5 ? 1 : 0;
                nearby += d <= BESIDE + 1.5 ? 1 : 0;
            }
        }
        return near >= ROW ? Answer.YES : nearby <= 1 ? Answer.NO : Answer.UNSURE;
    }

    Answer surrounded(SceneObject lawn) {
        Rectangle2D box = lawn.outline().getBounds2D();
        int blocked = 0;
        for (int i = 0; i < RAYS; i++) {
            double a = 2 * Math.PI * i / RAYS;
            blocked += meets(box.getCenterX(), box.getCenterY(), Math.cos(a), Math.sin(a)) ? 1 : 0;
        }
        return blocked >= BLOCKED ? Answer.YES : blocked <= BLOCKED - 4 ? Answer.NO : Answer.UNSURE;
    }

    private boolean meets(double x, double y, double dx, double dy) {
        for (SceneObject o : scene.objects()) {
            if (o.kind() == Kind.BUILDING) {
                for (double t = 0; t <= SIGHT; t += 0.5) {
                    if (o.outline().contains(x + t * dx, y + t * dy)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private double nearest(SceneObject o, Kind kind) {
        List<double[]> own = edges(o.outline());
        double best = Double.MAX_VALUE;
        for (SceneObject s : scene.objects()) {
            if (s.kind() != kind) {
                continue;
            }
            List<double[]> other = edges(s.outline());
            for (double[] e : own) {
                int n = (int) Math.ceil(Math.hypot(e[2] - e[0], e[3] - e[1]) / SAMPLE);
                for (int i = 0; i < n; i++) {
                    double x = e[0] + (e[2] - e[0]) * i / n;
                    double y = e[1] + (e[3] - e[1]) * i / n;
                    best = Math.min(best, s.outline().contains(x, y) ? 0 : distance(x, y, other));
                }
            }
        }
        return best;
    }

    private static List<double[]> edges(Shape shape) {
        List<double[]> out = new ArrayList<>();
        double[] c = new double[6];
        double startX = 0;
        double startY = 0;
        double x = 0;
        double y = 0;
        for (PathIterator it = shape.getPathIterator(null, 0.15); !it.isDone(); it.next()) {
            switch (it.currentSegment(c)) {
                case PathIterator.SEG_MOVETO -> {
                    startX = c[0];
                    startY = c[1];
                }
                case PathIterator.SEG_LINETO -> out.add(new double[] {x, y, c[0], c[1]});
                default -> {
                    out.add(new double[] {x, y, startX, startY});
                    c[0] = startX;
                    c[1] = startY;
                }
            }
            x = c[0];
            y = c[1];
        }
        return out;
    }

    private static double distance(double x, double y, List<double[]> edges) {
        double best = Double.MAX_VALUE;
        for (double[] e : edges) {
            double dx = e[2] - e[0];
            double dy = e[3] - e[1];
            double length = dx * dx + dy * dy;
            double t = length == 0 ? 0 : Math.clamp(((x - e[0]) * dx + (y - e[1]) * dy) / length, 0, 1);
            best = Math.min(best, Math.hypot(x - e[0] - t * dx, y - e[1] - t * dy));
        }
        return best;
    }
}
