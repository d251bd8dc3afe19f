package dev.swath.fianet.synth;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/** Draws a scene, and beside it which object each pixel shows. */
final class SceneRenderer {
    private static final double SHADOW = 0.42;

    private SceneRenderer() {}

    /**
     * A drawn scene.
     *
     * @param image the picture
     * @param ids number of the topmost object at each pixel, row by row, or -1; not copied
     */
    record Picture(RgbImage image, int[] ids) {
        /** The pixels whose topmost object satisfies the condition. */
        Mask mask(IntPredicate object) {
            byte[] values = new byte[ids.length];
            for (int i = 0; i < ids.length; i++) {
                values[i] = (byte) (ids[i] >= 0 && object.test(ids[i]) ? 1 : 0);
            }
            return new Mask(image.width(), image.height(), values);
        }
    }

    /** The picture of a scene whose {@link #ids} are known. */
    static Picture render(Scene scene, int size, int[] ids) {
        BufferedImage colours = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = colours.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.setColor(new Color(scene.ground()));
        g.fillRect(0, 0, size, size);
        g.scale(size / SceneObject.FRAME, size / SceneObject.FRAME);
        Brush brush = new Brush(g, scene.air());
        for (SceneObject o : scene.objects()) {
            if (o.look().height() > 0) {
                brush.fill(0x0A0E18, SHADOW, shadow(o, scene.air()));
            }
            paint(brush, o);
        }
        g.dispose();
        int[] rgb = ((DataBufferInt) colours.getRaster().getDataBuffer()).getData();
        return new Picture(Atmosphere.develop(scene, rgb, ids, size), ids);
    }

    /** Number of the object that is topmost at the middle of each pixel, row by row, or -1. */
    static int[] ids(Scene scene, int size) {
        List<SceneObject> objects = scene.objects();
        BufferedImage numbers = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = numbers.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.scale(size / SceneObject.FRAME, size / SceneObject.FRAME);
        for (int i = 0; i < objects.size(); i++) {
            g.setColor(new Color(i + 1));
            g.fill(objects.get(i).outline());
        }
        g.dispose();
        int[] ids = Arrays.copyOf(((DataBufferInt) numbers.getRaster().getDataBuffer()).getData(), size * size);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (ids[i] & 0xffffff) - 1;
        }
        return ids;
    }

    /** What the object keeps from the sun: its outline dragged along the ground, or thrown for things that stand on little. */
    private static Shape shadow(SceneObject o, Scene.Air air) {
        double dx = air.sunX() * o.look().height();
        double dy = air.sunY() * o.look().height();
        Shape thrown = Shapes.moved(o.outline(), dx, dy);
        return switch (o.kind()) {
            case AIRPLANE, WINDMILL, HARBOR, TREE, TOLL_STATION -> thrown;
            default -> {
                List<double[]> points = Shapes.points(o.outline());
                points.addAll(Shapes.points(thrown));
                yield Shapes.hull(points);
            }
        };
    }

    private static void paint(Brush b, SceneObject o) {
        AffineTransform local = o.pose().toFrame();
        Shape outline = Outlines.of(
                o.kind(),
                o.pose().length(),
                o.pose().width(),
                o.words().shape(),
                o.look().variant());
        switch (o.kind()) {
            case ROAD, ROAD_MARKING, BIKEWAY, SIDEWALK -> b.fill(o.look().body(), o.outline());
            case WATER -> GroundPainter.water(b, o, o.outline());
            case LOW_VEGETATION -> GroundPainter.lawn(b, o, o.outline());
            default -> b.in(local, () -> paintLocal(b, o, outline));
        }
    }

    private static void paintLocal(Brush b, SceneObject o, Shape outline) {
        switch (o.kind()) {
            case AIRPLANE -> TransportPainter.airplane(b, o, outline);
            case AIRPORT -> StructurePainter.airport(b, o, outline);
            case GOLF_FIELD -> SportsPainter.golf(b, o, outline);
            case SERVICE_AREA -> StructurePainter.serviceArea(b, o, outline);
            case TOLL_STATION -> TransportPainter.tollStation(b, o, outline);
            case BASEBALL_FIELD -> SportsPainter.baseball(b, o, outline);
            case STADIUM -> SportsPainter.stadium(b, o, outline);
            case TRACK_FIELD -> SportsPainter.track(b, o);
            case STORAGE_TANK -> StructurePainter.tank(b, o);
            case BASKETBALL_COURT -> SportsPainter.basketball(b, o);
            case CHIMNEY -> StructurePainter.chimney(b, o, outline);
            case TENNIS_COURT -> SportsPainter.tennis(b, o);
            case OVERPASS, BRIDGE -> TransportPainter.deck(b, o);
            case TRAIN_STATION -> StructurePainter.trainStation(b, o);
            case SHIP -> TransportPainter.ship(b, o, outline);
            case DAM -> TransportPainter.dam(b, o, outline);
            case HARBOR -> TransportPainter.harbor(b, o, outline);
            case WINDMILL -> StructurePainter.windmill(b, o, outline);
            case CAR, VAN, TRUCK, TRAILER, BUS -> TransportPainter.vehicle(b, o, outline);
            case PARKING_LOT -> GroundPainter.lot(b, o);
            case BUILDING -> StructurePainter.building(b, o, outline);
            case TREE -> GroundPainter.tree(b, o, outline);
            case FIELD -> GroundPainter.field(b, o, outline);
            case TARMAC -> GroundPainter.tarmac(b, o);
            case RAIL -> GroundPainter.rail(b, o);
            case ROAD, ROAD_MARKING, BIKEWAY, SIDEWALK, WATER, LOW_VEGETATION ->
                throw new IllegalStateException("[synth] " + o.kind() + " is painted in the frame's coordinates");
        }
    }
}
