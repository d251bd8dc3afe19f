package dev.swath.fianet.synth;

import dev.swath.fianet.synth.SceneObject.Look;
import dev.swath.fianet.synth.SceneObject.Pose;
import dev.swath.fianet.synth.SceneObject.Words;
import dev.swath.fianet.text.DatasetVocabulary;
import java.awt.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays out a scene with RRSIS-D's classes. Each scene has a main class, mostly with several objects, in surroundings where
 * it belongs (open land, a town, a river, a coast, an expressway, an airfield), and a few objects of other classes.
 */
final class AerialLayout {
    /** Where a kind of object is put. */
    private enum Site {
        LAND,
        TARMAC,
        RIVER,
        SEA,
        SHORE,
        EXPRESSWAY,
        RAILWAY
    }

    private static final List<Kind> LAND_KINDS = List.of(
            Kind.STORAGE_TANK,
            Kind.CHIMNEY,
            Kind.TENNIS_COURT,
            Kind.BASKETBALL_COURT,
            Kind.BASEBALL_FIELD,
            Kind.TRACK_FIELD,
            Kind.STADIUM,
            Kind.WINDMILL,
            Kind.GOLF_FIELD,
            Kind.TRAIN_STATION);

    /** The classes, one kind for each; a car stands for all vehicles. */
    static final List<Kind> MAIN = List.of(
            Kind.AIRPLANE,
            Kind.AIRPORT,
            Kind.GOLF_FIELD,
            Kind.SERVICE_AREA,
            Kind.TOLL_STATION,
            Kind.BASEBALL_FIELD,
            Kind.STADIUM,
            Kind.TRACK_FIELD,
            Kind.STORAGE_TANK,
            Kind.BASKETBALL_COURT,
            Kind.CHIMNEY,
            Kind.TENNIS_COURT,
            Kind.OVERPASS,
            Kind.TRAIN_STATION,
            Kind.SHIP,
            Kind.DAM,
            Kind.HARBOR,
            Kind.BRIDGE,
            Kind.WINDMILL,
            Kind.CAR);

    private static final int[] ROOFS = {0xA06050, 0x9AA0A6, 0xB9B4A8, 0x8C8078, 0xC9C2B4};

    private final Dice dice;
    private final Kind main;
    private final Season season;
    private final Plot plot = new Plot();
    private final List<SceneObject> things = new ArrayList<>();
    private final List<SceneObject> decks = new ArrayList<>();
    private final Surroundings land;

    private AerialLayout(Kind main, Dice dice) {
        this.main = main;
        this.dice = dice;
        this.season = Season.of(dice);
        this.land = new Surroundings(plot, season, dice);
    }

    static Scene build(Kind main, Dice dice) {
        return new AerialLayout(main, dice).scene();
    }

    private static Site site(Kind kind) {
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

    private Scene scene() {
        int ground =
                switch (dice.weighted(0.5, 0.25, 0.25)) {
                    case 0 -> season.lawn(dice);
                    case 1 -> season.soil(dice);
                    default -> Colours.jitter(0xA7A298, dice, 8);
                };
        land.choosePlace();
        Site site = site(main);
        if (site != Site.TARMAC && dice.chance(0.55)) {
            land.fields();
        }
        switch (site) {
            case TARMAC -> land.tarmac();
            case RIVER -> land.river(dice.range(9, 11.5));
            case SEA, SHORE -> land.sea(site == Site.SHORE);
            case EXPRESSWAY -> land.expressway();
            case RAILWAY -> land.railway();
            case LAND -> {
                if (dice.chance(0.4)) {
                    land.lane();
                }
            }
        }
        populate(site);
        things.addAll(0, decks);
        things.sort((a, b) -> Double.compare(a.look().height(), b.look().height()));
        things.forEach(plot::add);
        stadiumFields();
        clutter();
        return new Scene(DatasetVocabulary.RRSISD, ground, Season.air(dice), plot.objects(), dice.seed());
    }

    private int most(Kind kind) {
        return switch (kind) {
            case AIRPORT -> 1;
            case GOLF_FIELD, HARBOR, DAM, TRAIN_STATION -> 2;
            case STADIUM, SERVICE_AREA, TOLL_STATION, OVERPASS, BRIDGE -> 3;
            default -> 4;
        };
    }

    private void populate(Site site) {
        int count = Math.min(most(main), 1 + dice.weighted(0.16, 0.36, 0.3, 0.18));
        List<Kind> plan = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            plan.add(main);
        }
        List<Kind> guests = new ArrayList<>(LAND_KINDS);
        guests.removeIf(k -> k == main || site(k) != Site.LAND || k == Kind.GOLF_FIELD && dice.chance(0.7));
        switch (site) {
            case TARMAC -> {
                guests.clear();
                guests.addAll(List.of(Kind.CAR, Kind.STORAGE_TANK));
            }
            case RIVER -> guests.addAll(List.of(Kind.BRIDGE, Kind.DAM, Kind.SHIP, Kind.SHIP));
            case SEA, SHORE -> guests.addAll(List.of(Kind.SHIP, Kind.SHIP, Kind.SHIP, Kind.HARBOR, Kind.HARBOR));
            case EXPRESSWAY ->
                guests.addAll(List.of(
                        Kind.CAR, Kind.CAR, Kind.CAR, Kind.CAR, Kind.TOLL_STATION, Kind.OVERPASS, Kind.SERVICE_AREA));
            case RAILWAY, LAND -> {}
        }
        guests.remove(main);
        dice.shuffle(guests);
        int kinds = Math.min(guests.size(), dice.weighted(0.12, 0.48, 0.3, 0.1));
        for (int i = 0; i < kinds; i++) {
            for (int k = dice.weighted(0.66, 0.34); k >= 0; k--) {
                plan.add(guests.get(i));
            }
        }
        for (Kind kind : plan) {
            SizeWord size = size(kind, count);
            for (int attempt = 0; attempt < (kind == main ? 60 : 30) && !put(kind, size); attempt++) {}
        }
    }

    private SizeWord size(Kind kind, int count) {
        boolean big = kind.length() >= 30 || kind == Kind.GOLF_FIELD;
        double crowd = kind == main && count > 2 ? 0.4 : 1;
        return SizeWord.values()[
                switch (kind) {
                    case AIRPORT -> dice.weighted(0, 0.35, 0.65);
                    default ->
                        dice.weighted(
                                big ? 0.1 : 0.04,
                                big ? 0.34 : 0.2,
                                0.5,
                                big ? 0.1 * crowd : 0.2,
                                big ? 0 : 0.09 * crowd);
                }];
    }

    private boolean put(Kind kind, SizeWord size) {
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

    /** Some stadiums hold a running track, which is an object of its own. */
    private void stadiumFields() {
        for (int i = 0; i < things.size(); i++) {
            SceneObject o = things.get(i);
            if (o.kind() == Kind.STADIUM && (main == Kind.TRACK_FIELD || dice.chance(0.3))) {
                double width = 0.58 * o.pose().width();
                double length = Math.min(o.pose().length() - 0.42 * o.pose().width(), 1.75 * width);
                Pose pose = new Pose(o.pose().x(), o.pose().y(), o.pose().angle(), length, width);
                String colour = dice.pick(Palette.of(Kind.TRACK_FIELD));
                plot.add(Plot.object(
                        Kind.TRACK_FIELD,
                        pose,
                        new Words(o.words().size(), colour, ""),
                        Palette.look(Kind.TRACK_FIELD, colour, 0, dice),
                        plot.objects().indexOf(o)));
            }
        }
    }

    /** Houses and trees that no sentence speaks of, clear of what sentences do speak of. */
    private void clutter() {
        double angle = dice.range(0, Math.PI);
        boolean airfield = main == Kind.AIRPLANE;
        for (int i = airfield ? 0 : dice.weighted(0.4, 0.3, 0.3) * 4; i > 0; i--) {
            Pose pose = new Pose(dice.range(0, 100), dice.range(0, 100), angle, dice.range(7, 12), dice.range(6, 8));
            if (plot.free(Plot.Box.of(pose).grown(1.5))) {
                Look look = new Look(Colours.jitter(dice.pick(ROOFS), dice, 10), 0, 2.2, dice.variant());
                plot.take(Plot.Box.of(pose).grown(1));
                plot.add(Plot.object(Kind.BUILDING, pose, Words.NONE, look, -1));
            }
        }
        for (int i = airfield ? 0 : dice.count(4, 26); i > 0; i--) {
            double d = dice.range(3.5, 6.5);
            Pose pose = new Pose(dice.range(0, 100), dice.range(0, 100), 0, d, d);
            if (plot.free(Plot.Box.of(pose).grown(1))) {
                plot.take(new Plot.Box(pose.x(), pose.y(), 0, 0.5 * d, 0.5 * d));
                plot.add(Plot.object(
                        Kind.TREE, pose, Words.NONE, new Look(season.crown(dice), 0, 2, dice.variant()), -1));
            }
        }
    }
}
