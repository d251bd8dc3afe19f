package dev.swath.fianet.synth;

import dev.swath.fianet.synth.SceneObject.Look;
import dev.swath.fianet.synth.SceneObject.Pose;
import dev.swath.fianet.synth.SceneObject.Words;
import dev.swath.fianet.text.DatasetVocabulary;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Lays out a street scene with RefSegRS's classes: roads with their sides, houses, parking lots, vehicles, plants. */
final class UrbanLayout {
    private static final int[] ROOFS = {0xA85440, 0x8F4A3C, 0xC07A4A, 0x9AA0A6, 0xB9B4A8, 0x6E7680, 0xD6D2C6};
    private static final int BIKEWAY = 0xB0523F;
    private static final int WALK = 0xCFC7B6;

    /** What runs along one side of a road: distances to the right of its middle. */
    private record Side(Way way, int sign, double edge, boolean walk, boolean trees) {}

    private final Dice dice;
    private final Season season;
    private final Plot plot = new Plot();
    private final double zoom;
    private final boolean lawn;
    private final List<Side> sides = new ArrayList<>();
    private final UrbanVehicles vehicles;

    private UrbanLayout(Dice dice) {
        this.dice = dice;
        this.season = Season.of(dice);
        this.zoom = dice.range(0.94, 1.16);
        this.lawn = dice.chance(0.5);
        this.vehicles = new UrbanVehicles(plot, zoom, dice);
    }

    static Scene build(Dice dice) {
        return new UrbanLayout(dice).scene();
    }

    private Scene scene() {
        if (lawn) {
            plot.surface(
                    Kind.LOW_VEGETATION,
                    new Rectangle2D.Double(0, 0, SceneObject.FRAME, SceneObject.FRAME),
                    season.lawn(dice),
                    0,
                    -1);
        }
        roads();
        if (!lawn && dice.chance(0.4)) {
            courtyard();
        }
        for (int i = dice.weighted(0.2, 0.5, 0.3); i > 0; i--) {
            parkingLot();
        }
        houses();
        if (!lawn) {
            for (int i = dice.count(2, 4); i > 0; i--) {
                patch();
            }
        }
        stray();
        vehicles.all().forEach(plot::add);
        trees();
        int ground = lawn || dice.chance(0.5) ? season.soil(dice) : Colours.jitter(0xA39F97, dice, 8);
        return new Scene(DatasetVocabulary.REFSEGRS, ground, Season.air(dice), plot.objects(), dice.seed());
    }

    private void roads() {
        double angle = dice.range(0, Math.PI);
        double curvature = dice.chance(0.4) ? dice.range(-1, 1) / 130 : 0;
        List<Way> ways = new ArrayList<>();
        ways.add(new Way(dice.range(28, 72), dice.range(28, 72), angle, curvature));
        if (dice.chance(0.35)) {
            Way first = ways.getFirst();
            double s = dice.range(-28, 28);
            double turn = Math.PI / 2 + dice.range(-0.25, 0.25);
            ways.add(new Way(first.xAt(s, 0), first.yAt(s, 0), first.angleAt(s) + turn, 0));
        }
        List<Double> widths = new ArrayList<>();
        for (Way way : ways) {
            double half = zoom * dice.range(7.6, 9.6);
            widths.add(half);
            double[] edges = new double[2];
            boolean bikeway = dice.chance(0.5);
            int bikeSide = dice.chance(0.5) ? 1 : -1;
            for (int sign = -1; sign <= 1; sign += 2) {
                double edge = half;
                if (bikeway && sign == bikeSide) {
                    double wide = zoom * dice.range(3.7, 4.5);
                    plot.surface(
                            Kind.BIKEWAY,
                            way.strip(sign * edge, sign * (edge + wide)),
                            Colours.jitter(BIKEWAY, dice, 8),
                            0,
                            -1);
                    edge += wide;
                }
                boolean walk = dice.chance(0.65);
                if (walk) {
                    double gap = dice.chance(0.3) ? 1.8 * zoom : 0;
                    double wide = zoom * dice.range(3.7, 4.5);
                    plot.surface(
                            Kind.SIDEWALK,
                            way.strip(sign * (edge + gap), sign * (edge + gap + wide)),
                            Colours.jitter(WALK, dice, 8),
                            0,
                            -1);
                    edge += gap + wide;
                }
                edges[(sign + 1) / 2] = edge;
                sides.add(new Side(way, sign, edge, walk, walk && dice.chance(0.5)));
            }
            plot.bar(way.strip(-edges[0], edges[1]));
        }
        for (int i = 0; i < ways.size(); i++) {
            road(ways.get(i), widths.get(i));
        }
    }

    private void road(Way way, double half) {
        int road = plot.surface(Kind.ROAD, way.strip(-half, half), Colours.jitter(Colours.ASPHALT, dice, 12), 0, -1);
        double pen = zoom * dice.range(0.9, 1.2);
        plot.surface(Kind.ROAD_MARKING, way.dashes(0, pen, 5.5 * zoom, 4.5 * zoom), Colours.PAINT, 0, road);
        if (dice.chance(0.5)) {
            for (int sign = -1; sign <= 1; sign += 2) {
                double d = sign * (half - 1.3 * zoom);
                plot.surface(Kind.ROAD_MARKING, way.strip(d - 0.4 * pen, d + 0.4 * pen), Colours.PAINT, 0, road);
            }
        }
        vehicles.drive(way, half);
    }

    private void parkingLot() {
        boolean wide = dice.chance(0.5);
        double length = zoom * dice.range(28, 40);
        double width = zoom * (wide ? dice.range(27, 30) : dice.range(15, 18));
        for (int attempt = 0; attempt < 25; attempt++) {
            Side side = dice.pick(sides);
            double s = dice.range(-45, 45);
            double d = side.sign * (side.edge + dice.range(1.5, 12) + width / 2);
            Pose pose = new Pose(side.way.xAt(s, d), side.way.yAt(s, d), side.way.angleAt(s), length, width);
            if (!inFrame(pose, 0.3) || !plot.free(Plot.Box.of(pose).grown(1))) {
                continue;
            }
            plot.add(Plot.object(
                    Kind.PARKING_LOT, pose, Words.NONE, new Look(Colours.jitter(0x77797B, dice, 9), 0, 0, 0), -1));
            vehicles.park(pose, width > 20 * zoom ? 2 : 1);
            if (dice.chance(0.6)) {
                neighbour(pose, side.sign);
            }
            plot.take(Plot.Box.of(pose).grown(9));
            return;
        }
    }

    /** A building that shares a long side with a lot, away from the road. */
    private void neighbour(Pose lot, int sign) {
        double depth = zoom * dice.range(13, 19);
        double d = sign * (lot.width() / 2 + 1.2 + depth / 2);
        Pose pose = new Pose(
                lot.x() - d * Math.sin(lot.angle()),
                lot.y() + d * Math.cos(lot.angle()),
                lot.angle(),
                lot.length() * dice.range(0.6, 0.9),
                depth);
        if (inFrame(pose, 0) && plot.free(Plot.Box.of(pose).grown(-0.5))) {
            building(pose, 1 + 4 * dice.count(0, 40));
            plot.take(Plot.Box.of(pose).grown(3));
        }
    }

    private void houses() {
        for (Side side : sides) {
            double s = -62 + dice.range(0, 12);
            double share = dice.range(0.35, 0.9);
            while (s < 62) {
                double length = zoom * dice.range(14, 25);
                double depth = zoom * dice.range(12, 17);
                double setback = side.edge + (side.trees ? 6.4 : 3) * zoom + depth / 2;
                double d = side.sign * setback;
                Pose pose = new Pose(side.way.xAt(s, d), side.way.yAt(s, d), side.way.angleAt(s), length, depth);
                if (dice.chance(share)
                        && visible(pose)
                        && plot.free(Plot.Box.of(pose).grown(1.2))) {
                    building(pose, dice.variant());
                    plot.take(Plot.Box.of(pose).grown(1.2));
                }
                s += length + dice.range(4, 14) * zoom;
            }
        }
        for (int i = 0; i < 5; i++) {
            Pose pose = new Pose(
                    dice.range(8, 92),
                    dice.range(8, 92),
                    sides.getFirst().way.angle() + (dice.chance(0.5) ? 0 : Math.PI / 2),
                    zoom * dice.range(14, 24),
                    zoom * dice.range(12, 17));
            double gap = nearestRoad(pose) - Math.hypot(pose.length(), pose.width()) / 2;
            if (gap > RefSegRsRules.ALONG + 5 + 9.6 * zoom
                    && plot.free(Plot.Box.of(pose).grown(2))) {
                building(pose, dice.variant());
                plot.take(Plot.Box.of(pose).grown(2));
            }
        }
    }

    private double nearestRoad(Pose pose) {
        double best = Double.MAX_VALUE;
        for (Side side : sides) {
            best = Math.min(best, side.way.distance(pose.x(), pose.y()));
        }
        return best;
    }

    private void building(Pose pose, int variant) {
        Look look = new Look(Colours.jitter(dice.pick(ROOFS), dice, 10), 0, dice.range(3, 7), variant);
        plot.add(Plot.object(Kind.BUILDING, pose, Words.NONE, look, -1));
    }

    /** A lawn with a building at each of its sides. */
    private void courtyard() {
        double length = zoom * dice.range(20, 26);
        double width = zoom * dice.range(15, 19);
        double depth = zoom * dice.range(9, 11);
        for (int attempt = 0; attempt < 20; attempt++) {
            Pose yard = new Pose(
                    dice.range(25, 75), dice.range(25, 75), sides.getFirst().way.angle(), length, width);
            Pose whole = new Pose(yard.x(), yard.y(), yard.angle(), length + 2 * depth + 2, width + 2 * depth + 2);
            if (!plot.free(Plot.Box.of(whole).grown(1))) {
                continue;
            }
            Look grass = new Look(season.lawn(dice), 0, 0, 3 * dice.count(0, 1000));
            plot.add(Plot.object(Kind.LOW_VEGETATION, yard, Words.NONE, grass, -1));
            int roof = Colours.jitter(dice.pick(ROOFS), dice, 8);
            double c = Math.cos(yard.angle());
            double s = Math.sin(yard.angle());
            for (int i = 0; i < 4; i++) {
                boolean end = i % 2 == 0;
                double u = end ? (i == 0 ? 1 : -1) * (length / 2 + 0.8 + depth / 2) : 0;
                double v = end ? 0 : (i == 1 ? 1 : -1) * (width / 2 + 0.8 + depth / 2);
                Pose block = new Pose(
                        yard.x() + c * u - s * v,
                        yard.y() + s * u + c * v,
                        yard.angle(),
                        end ? depth : length + 1.6 + 2 * depth,
                        end ? width + 1.6 : depth);
                plot.add(Plot.object(Kind.BUILDING, block, Words.NONE, new Look(roof, 0, 3, 1), -1));
            }
            plot.take(Plot.Box.of(whole).grown(3));
            return;
        }
    }

    private void patch() {
        for (int attempt = 0; attempt < 12; attempt++) {
            Pose pose = new Pose(
                    dice.range(5, 95),
                    dice.range(5, 95),
                    sides.getFirst().way.angle(),
                    dice.range(18, 38),
                    dice.range(14, 26));
            if (plot.free(Plot.Box.of(pose).grown(0.5))) {
                Look grass = new Look(season.lawn(dice), 0, 0, dice.variant());
                plot.add(Plot.object(Kind.LOW_VEGETATION, pose, Words.NONE, grass, -1));
                return;
            }
        }
    }

    /** Vehicles that stand neither on a road nor in a lot. */
    private void stray() {
        for (int i = dice.count(0, 3); i > 0; i--) {
            Pose pose = new Pose(
                    dice.range(8, 92),
                    dice.range(8, 92),
                    sides.getFirst().way.angle() + (dice.chance(0.5) ? 0 : Math.PI / 2),
                    12 * zoom,
                    6 * zoom);
            if (plot.free(Plot.Box.of(pose).grown(4)) && nearestRoad(pose) > 22 * zoom) {
                vehicles.put(dice.chance(0.7) ? Kind.CAR : Kind.VAN, pose, 1);
            }
        }
    }

    private void trees() {
        for (Side side : sides) {
            if (side.trees) {
                double step = zoom * dice.range(9, 13);
                double d = side.sign * (side.edge + 3.4 * zoom);
                for (double s = -64; s < 64; s += step) {
                    double diameter = zoom * dice.range(5.4, 6.4);
                    double x = side.way.xAt(s, d);
                    double y = side.way.yAt(s, d);
                    tree(x, y, diameter, 0.5);
                }
            }
        }
        int clusters = dice.count(2, 6);
        for (int i = 0; i < clusters; i++) {
            double x = dice.range(0, 100);
            double y = dice.range(0, 100);
            for (int k = dice.count(1, 4); k > 0; k--) {
                double diameter = zoom * dice.range(6, 10);
                double tx = x + dice.range(-9, 9);
                double ty = y + dice.range(-9, 9);
                if (!crowdsWalk(new Plot.Box(tx, ty, 0, diameter, diameter))) {
                    tree(tx, ty, diameter, 0.3);
                }
            }
        }
    }

    private void tree(double x, double y, double diameter, double margin) {
        Pose pose = new Pose(x, y, 0, diameter, diameter);
        Plot.Box box = new Plot.Box(x, y, 0, 0.8 * diameter, 0.8 * diameter).grown(margin);
        if (plot.free(box)) {
            plot.take(new Plot.Box(x, y, 0, 0.5 * diameter, 0.5 * diameter));
            plot.add(
                    Plot.object(Kind.TREE, pose, Words.NONE, new Look(season.crown(dice), 0, 3.2, dice.variant()), -1));
        }
    }

    /** Whether a thing would stand so near to a walk that one could ask whether it belongs to it. */
    private boolean crowdsWalk(Plot.Box box) {
        for (Side side : sides) {
            double d1 = Math.min(side.sign * (side.edge + RefSegRsRules.BESIDE + 4), 0);
            double d2 = Math.max(side.sign * (side.edge + RefSegRsRules.BESIDE + 4), 0);
            if (box.grid(side.way.strip(d1, d2), false) && side.walk) {
                return true;
            }
        }
        return false;
    }

    private static boolean inFrame(Pose pose, double out) {
        double m = (0.5 - out) * Math.min(pose.length(), pose.width());
        return pose.x() > m && pose.x() < SceneObject.FRAME - m && pose.y() > m && pose.y() < SceneObject.FRAME - m;
    }

    private static boolean visible(Pose pose) {
        double m = -2;
        return pose.x() > m && pose.x() < SceneObject.FRAME - m && pose.y() > m && pose.y() < SceneObject.FRAME - m;
    }
}
