package dev.swath.fianet.synth;

import dev.swath.fianet.synth.AerialPlacement.Site;
import dev.swath.fianet.synth.SceneObject.Look;
import dev.swath.fianet.synth.SceneObject.Pose;
import dev.swath.fianet.synth.SceneObject.Words;
import dev.swath.fianet.text.DatasetVocabulary;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays out a scene with RRSIS-D's classes. Each scene has a main class, mostly with several objects, in surroundings where
 * it belongs (open land, a town, a river, a coast, an expressway, an airfield), and a few objects of other classes.
 */
final class AerialLayout {
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
    private final Surroundings land;
    private final AerialPlacement placement;

    private AerialLayout(Kind main, Dice dice) {
        this.main = main;
        this.dice = dice;
        this.season = Season.of(dice);
        this.land = new Surroundings(plot, season, dice);
        this.placement = new AerialPlacement(main, plot, land, dice);
    }

    static Scene build(Kind main, Dice dice) {
        return new AerialLayout(main, dice).scene();
    }

    private Scene scene() {
        int ground =
                switch (dice.weighted(0.5, 0.25, 0.25)) {
                    case 0 -> season.lawn(dice);
                    case 1 -> season.soil(dice);
                    default -> Colours.jitter(0xA7A298, dice, 8);
                };
        land.choosePlace();
        Site site = AerialPlacement.site(main);
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
        List<SceneObject> things = placement.fromLowToHigh();
        things.forEach(plot::add);
        stadiumFields(things);
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
        guests.removeIf(
                k -> k == main || AerialPlacement.site(k) != Site.LAND || k == Kind.GOLF_FIELD && dice.chance(0.7));
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
            for (int attempt = 0; attempt < (kind == main ? 60 : 30) && !placement.put(kind, size); attempt++) {}
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

    /** Some stadiums hold a running track, which is an object of its own. */
    private void stadiumFields(List<SceneObject> things) {
        for (SceneObject o : things) {
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
