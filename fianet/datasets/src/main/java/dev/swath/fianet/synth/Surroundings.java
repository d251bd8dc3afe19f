package dev.swath.fianet.synth;

import dev.swath.fianet.synth.SceneObject.Look;
import dev.swath.fianet.synth.SceneObject.Pose;
import dev.swath.fianet.synth.SceneObject.Words;
import java.awt.Shape;
import java.awt.geom.Path2D;

/** What lies around the objects of an RRSIS-D scene: fields, water, roads, rails. Most of it follows one line across the frame. */
final class Surroundings {
    private final Plot plot;
    private final Season season;
    private final Dice dice;
    private Way way = new Way(50, 50, 0, 0);
    private Shape water = new Path2D.Double();
    private double half;

    Surroundings(Plot plot, Season season, Dice dice) {
        this.plot = plot;
        this.season = season;
        this.dice = dice;
    }

    /** Where the line across the frame runs. */
    void choosePlace() {
        way = new Way(dice.range(36, 64), dice.range(36, 64), dice.range(0, 2 * Math.PI), 0);
    }

    /** The middle of the river, road or railway, or the shore. */
    Way way() {
        return way;
    }

    /** Half the width of the river or road, or the distance of the tracks from the middle; 0 without one. */
    double half() {
        return half;
    }

    /** Where ships float. */
    Shape water() {
        return water;
    }

    void tarmac() {
        Pose pose = new Pose(50, 50, dice.range(0, Math.PI), 180, dice.range(90, 160));
        plot.add(Plot.object(Kind.TARMAC, pose, Words.NONE, new Look(Colours.jitter(0xA3A29C, dice, 12), 0, 0, 0), -1));
    }

    private int waterColour() {
        return Colours.jitter(dice.pick(new int[] {0x2F6680, 0x3A7482, 0x2A5B74, 0x45766C}), dice, 8);
    }

    void river(double h) {
        half = h;
        water = way.strip(-h, h);
        plot.surface(Kind.WATER, water, waterColour(), Colours.shade(season.soil(dice), 0.9), -1);
        plot.bar(way.strip(-h - 3, h + 3));
    }

    void sea(boolean shore) {
        double offset = shore ? dice.range(-12, 12) : dice.range(-42, 0);
        way = new Way(50 + offset * -Math.sin(way.angle()), 50 + offset * Math.cos(way.angle()), way.angle(), 0);
        water = way.strip(0, 2 * Way.REACH);
        plot.surface(Kind.WATER, water, waterColour(), 0xD9C89C, -1);
        plot.bar(way.strip(-3, 2 * Way.REACH));
        half = 0;
    }

    void expressway() {
        half = dice.range(7.5, 9);
        Shape strip = way.strip(-half, half);
        int road = plot.surface(Kind.ROAD, strip, Colours.jitter(Colours.ASPHALT, dice, 10), 0, -1);
        plot.surface(Kind.ROAD_MARKING, way.strip(-0.5, 0.5), 0xC8B060, 0, road);
        for (int sign = -1; sign <= 1; sign += 2) {
            plot.surface(Kind.ROAD_MARKING, way.dashes(sign * half / 2, 0.6, 3.5, 4.5), Colours.PAINT, 0, road);
            double e = sign * (half - 0.7);
            plot.surface(Kind.ROAD_MARKING, way.strip(e - 0.3, e + 0.3), Colours.PAINT, 0, road);
        }
        plot.bar(way.strip(-half - 0.5, half + 0.5));
    }

    void lane() {
        double h = dice.range(3, 4.5);
        plot.surface(Kind.ROAD, way.strip(-h, h), Colours.jitter(0x83817C, dice, 12), 0, -1);
        plot.bar(way.strip(-h - 1, h + 1));
    }

    void railway() {
        half = dice.range(9, 15);
        for (int sign = -1; sign <= 1; sign += 2) {
            double d = sign * half;
            Pose pose = new Pose(way.xAt(0, d), way.yAt(0, d), way.angle(), 2 * Way.REACH, 7);
            plot.add(Plot.object(Kind.RAIL, pose, Words.NONE, new Look(0, 0, 0, 0), -1));
            plot.bar(way.strip(d - 4, d + 4));
        }
    }

    void fields() {
        double angle = dice.range(0, Math.PI);
        double pitch = dice.range(34, 52);
        double c = Math.cos(angle);
        double s = Math.sin(angle);
        for (int i = -2; i <= 2; i++) {
            for (int j = -2; j <= 2; j++) {
                if (dice.chance(0.55)) {
                    Pose pose = new Pose(
                            50 + pitch * (c * i - s * j), 50 + pitch * (s * i + c * j), angle, pitch - 2, pitch - 2);
                    int body =
                            switch (dice.weighted(0.4, 0.35, 0.25)) {
                                case 0 -> season.lawn(dice);
                                case 1 -> season.soil(dice);
                                default -> Colours.mix(season.lawn(dice), 0xC9B458, 0.5);
                            };
                    Look look = new Look(body, Colours.shade(body, dice.range(0.88, 1.1)), 0, 0);
                    plot.add(Plot.object(Kind.FIELD, pose, Words.NONE, look, -1));
                }
            }
        }
    }
}
