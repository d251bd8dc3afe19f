package dev.swath.fianet.synth;

import dev.swath.fianet.synth.SceneObject.Pose;
import dev.swath.fianet.synth.SceneObject.Words;
import java.awt.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds places for the objects of an RRSIS-D scene: in the frame, where their kind belongs, clear of each other. */
final class AerialPlacement {
    /** Parts of the surroundings. */
    enum Site {
        LAND,
        TARMAC,
        RIVER,
        SEA,
        SHORE,
        EXPRESSWAY,
        RAILWAY
    }

    private final Kind main;
    private final Plot plot;
    private final Surroundings land;
    private final Dice dice;
    private final List<SceneObject> things = new ArrayList<>();

    /** For a scene of that main kind in these surroundings. */
    AerialPlacement(Kind main, Plot plot, Surroundings land, Dice dice) {
        this.main = main;
        this.plot = plot;
        this.land = land;
        this.dice = dice;
    }

    /** Where objects of that kind belong. */
    static Site site(Kind kind) {
        return switch (kind) {
            case AIRPLANE -> Site.TARMAC;
            case SERVICE_AREA, TOLL_STATION, OVERPASS, CAR, VAN, TRUCK, TRAILER, BUS -> Site.EXPRESSWAY;
            case TRAIN_STATION -> Site.RAILWAY;
            case SHIP -> Site.SEA;
            case HARBOR -> Site.SHORE;
            case DAM, BRIDGE -> Site.RIVER;
            default -> Site.LAND;
        };
    }

    /** What has been put, as it must be drawn: what rises above others comes after them. */
    List<SceneObject> fromLowToHigh() {
        return things.stream()
                .sorted(Comparator.comparingDouble(o -> o.look().height()))
                .toList();
    }

    /** Tries one place for an object of that kind; true if the object now stands there. */
    boolean put(Kind kind, SizeWord size) {
        double ratio = size.ratio(dice);
        return switch (site(kind)) {
            case TARMAC, LAND -> onLand(kind, size, ratio);
            case RIVER -> acrossRiver(kind, size, ratio);
            case SEA -> afloat(size, ratio);
            case SHORE -> harbor(size, ratio);
            case EXPRESSWAY ->
                switch (kind) {
                    case SERVICE_AREA -> besideRoad(kind, size, ratio);
                    case TOLL_STATION -> tollStation(size, ratio);
                    case OVERPASS -> overpass(size, ratio);
                    default -> vehicle(size, ratio);
                };
            case RAILWAY -> main == Kind.TRAIN_STATION ? station(size, ratio) : onLand(kind, size, ratio);
        };
    }

    private boolean onLand(Kind kind, SizeWord size, double ratio) {
        Pose pose = new Pose(
                dice.range(0, 100),
                dice.range(0, 100),
                kind == Kind.CHIMNEY || kind == Kind.WINDMILL
                        ? -Math.PI / 2 + dice.range(-0.5, 0.5)
                        : dice.range(0, 2 * Math.PI),
                kind.length() * ratio,
                kind.width() * ratio);
        return put(kind, pose, size, 2.5);
    }

    /** Adds a thing if it lies in the frame, clear of all others. */
    private boolean put(Kind kind, Pose pose, SizeWord size, double margin) {
        Plot.Box box = Plot.Box.of(pose);
        return inFrame(pose) && plot.free(box.grown(margin)) && add(kind, pose, size, box.grown(margin / 2));
    }

    private boolean add(Kind kind, Pose pose, SizeWord size, Plot.Box box) {
        String colour = dice.pick(Palette.of(kind));
        double height =
                switch (kind) {
                    case CHIMNEY, WINDMILL -> 8 * pose.width() / kind.width();
                    case STADIUM -> 3.5;
                    case STORAGE_TANK -> 3;
                    case TRAIN_STATION, AIRPLANE -> 1.8;
                    case OVERPASS, BRIDGE, TOLL_STATION -> 2.4;
                    case DAM, SHIP, HARBOR -> 1.5;
                    case CAR, VAN, TRUCK, TRAILER, BUS -> 1.1;
                    default -> 0;
                };
        String shape =
                switch (kind) {
                    case CHIMNEY -> dice.chance(0.6) ? "frustum of a cone" : "";
                    case BASKETBALL_COURT, TENNIS_COURT -> "rectangular";
                    case DAM, BRIDGE -> pose.length() >= 6 * pose.width() ? "slender" : "";
                    default -> "";
                };
        Words words = new Words(size.word(), colour, shape);
        things.add(Plot.object(kind, pose, words, Palette.look(kind, colour, height, dice), -1));
        plot.take(box);
        return true;
    }

    private static boolean inFrame(Pose p) {
        double c = Math.abs(Math.cos(p.angle()));
        double s = Math.abs(Math.sin(p.angle()));
        double rx = 0.44 * (c * p.length() + s * p.width());
        double ry = 0.44 * (s * p.length() + c * p.width());
        return p.x() > rx && p.y() > ry && p.x() < SceneObject.FRAME - rx && p.y() < SceneObject.FRAME - ry;
    }

    private boolean acrossRiver(Kind kind, SizeWord size, double ratio) {
        if (land.half() == 0) {
            return false;
        }
        double s = dice.range(-48, 48);
        double angle = land.way().angle() + Math.PI / 2;
        double skew = kind == Kind.BRIDGE ? dice.range(-0.2, 0.2) : 0;
        Pose pose =
                new Pose(land.way().xAt(s, 0), land.way().yAt(s, 0), angle + skew, kind.length(), kind.width() * ratio);
        Plot.Box box = Plot.Box.of(pose);
        if (!inFrame(pose) || !plot.apart(box.grown(5))) {
            return false;
        }
        if (kind == Kind.BRIDGE) {
            Way road = new Way(pose.x(), pose.y(), pose.angle(), 0);
            Shape strip = road.strip(-0.32 * pose.width(), 0.32 * pose.width());
            for (SceneObject o : things) {
                if (Plot.Box.of(o.pose()).grown(1).grid(strip, false)) {
                    return false;
                }
            }
            Shape left = road.strip(-Way.REACH, -pose.length() / 2 + 1, -0.32 * pose.width(), 0.32 * pose.width());
            Shape right = road.strip(pose.length() / 2 - 1, Way.REACH, -0.32 * pose.width(), 0.32 * pose.width());
            plot.surface(Kind.ROAD, left, Colours.ASPHALT, 0, -1);
            plot.surface(Kind.ROAD, right, Colours.ASPHALT, 0, -1);
            plot.bar(strip);
        }
        return add(kind, pose, size, box.grown(2.5));
    }

    private boolean afloat(SizeWord size, double ratio) {
        Kind kind = Kind.SHIP;
        double angle = land.half() > 0
                ? land.way().angle() + (dice.chance(0.5) ? Math.PI : 0) + dice.range(-0.15, 0.15)
                : dice.range(0, 2 * Math.PI);
        Pose pose =
                new Pose(dice.range(0, 100), dice.range(0, 100), angle, kind.length() * ratio, kind.width() * ratio);
        Plot.Box box = Plot.Box.of(pose);
        return inFrame(pose)
                && box.grown(2).grid(land.water(), true)
                && plot.apart(box.grown(2.5))
                && add(kind, pose, size, box.grown(1.5));
    }

    /** The quay stands on the shore line, which is the middle of the way; the sea lies to the right. */
    private boolean harbor(SizeWord size, double ratio) {
        double s = dice.range(-45, 45);
        double width = Kind.HARBOR.width() * ratio;
        double d = 0.3 * width;
        Pose pose = new Pose(
                land.way().xAt(s, d), land.way().yAt(s, d), land.way().angle(), Kind.HARBOR.length() * ratio, width);
        Plot.Box box = Plot.Box.of(pose);
        return inFrame(pose) && plot.apart(box.grown(3)) && add(Kind.HARBOR, pose, size, box.grown(1.5));
    }

    private boolean besideRoad(Kind kind, SizeWord size, double ratio) {
        double s = dice.range(-45, 45);
        int sign = dice.chance(0.5) ? 1 : -1;
        double d = sign * (land.half() + 2 + kind.width() * ratio / 2);
        Pose pose = new Pose(
                land.way().xAt(s, d),
                land.way().yAt(s, d),
                land.way().angle() + (sign > 0 ? Math.PI : 0),
                kind.length() * ratio,
                kind.width() * ratio);
        return put(kind, pose, size, 1.2);
    }

    private boolean tollStation(SizeWord size, double ratio) {
        double s = dice.range(-45, 45);
        Kind kind = Kind.TOLL_STATION;
        Pose pose = new Pose(
                land.way().xAt(s, 0),
                land.way().yAt(s, 0),
                land.way().angle(),
                kind.length() * ratio,
                kind.width() * ratio);
        Plot.Box box = Plot.Box.of(pose);
        return kind.width() * ratio > 2 * land.half()
                && inFrame(pose)
                && plot.apart(box.grown(3))
                && add(kind, pose, size, box.grown(2));
    }

    private boolean overpass(SizeWord size, double ratio) {
        double s = dice.range(-45, 45);
        double width = Kind.OVERPASS.width() * ratio;
        double angle = land.way().angle() + Math.PI / 2 + dice.range(-0.3, 0.3);
        Pose pose = new Pose(land.way().xAt(s, 0), land.way().yAt(s, 0), angle, Kind.OVERPASS.length(), width);
        Way road = new Way(pose.x(), pose.y(), angle, 0);
        Shape strip = road.strip(-0.32 * width - 1, 0.32 * width + 1);
        Plot.Box box = Plot.Box.of(pose);
        if (!inFrame(pose) || !plot.apart(box.grown(4))) {
            return false;
        }
        for (SceneObject o : things) {
            if (Plot.Box.of(o.pose()).grid(strip, false)) {
                return false;
            }
        }
        plot.surface(
                Kind.ROAD,
                road.strip(-Way.REACH, 1 - pose.length() / 2, -0.32 * width, 0.32 * width),
                Colours.ASPHALT,
                0,
                -1);
        plot.surface(
                Kind.ROAD,
                road.strip(pose.length() / 2 - 1, Way.REACH, -0.32 * width, 0.32 * width),
                Colours.ASPHALT,
                0,
                -1);
        plot.bar(strip);
        return add(Kind.OVERPASS, pose, size, box.grown(2));
    }

    private boolean vehicle(SizeWord size, double ratio) {
        Kind kind = List.of(Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS).get(dice.weighted(0.55, 0.15, 0.15, 0.15));
        double scale = SizeWord.VEHICLE_SCALE * ratio;
        boolean road = land.half() > 0;
        double s = dice.range(-60, 60);
        int lane = dice.chance(0.5) ? 1 : -1;
        double d = lane * land.half() / 2;
        Pose pose = road
                ? new Pose(
                        land.way().xAt(s, d),
                        land.way().yAt(s, d),
                        land.way().angle() + (lane > 0 ? 0 : Math.PI),
                        kind.length() * scale,
                        kind.width() * scale)
                : new Pose(
                        dice.range(0, 100),
                        dice.range(0, 100),
                        dice.range(0, 2 * Math.PI),
                        kind.length() * scale,
                        kind.width() * scale);
        Plot.Box box = Plot.Box.of(pose);
        return inFrame(pose) && plot.apart(box.grown(2)) && add(kind, pose, size, box.grown(1.5));
    }

    private boolean station(SizeWord size, double ratio) {
        Kind kind = Kind.TRAIN_STATION;
        double s = dice.range(-40, 40);
        double d = -0.16 * (kind.width() * ratio) + dice.pick(List.of(-1, 1)) * land.half();
        Pose pose = new Pose(
                land.way().xAt(s, d),
                land.way().yAt(s, d),
                land.way().angle(),
                kind.length() * ratio,
                kind.width() * ratio);
        Plot.Box box = Plot.Box.of(pose);
        return inFrame(pose) && plot.apart(box.grown(2.5)) && add(kind, pose, size, box.grown(1.5));
    }
}
