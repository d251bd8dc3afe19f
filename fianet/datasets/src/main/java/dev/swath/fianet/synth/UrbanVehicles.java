package dev.swath.fianet.synth;

import dev.swath.fianet.synth.SceneObject.Look;
import dev.swath.fianet.synth.SceneObject.Pose;
import dev.swath.fianet.synth.SceneObject.Words;
import java.util.ArrayList;
import java.util.List;

/** The vehicles of a street scene: on the lanes of its roads, in its parking lots, and single ones. */
final class UrbanVehicles {
    private final Plot plot;
    private final double zoom;
    private final Dice dice;
    private final List<SceneObject> vehicles = new ArrayList<>();

    UrbanVehicles(Plot plot, double zoom, Dice dice) {
        this.plot = plot;
        this.zoom = zoom;
        this.dice = dice;
    }

    /** All that were put, in that order. */
    List<SceneObject> all() {
        return vehicles;
    }

    /** On both lanes of a road whose edges lie {@code half} from its middle. */
    void drive(Way way, double half) {
        for (int lane = -1; lane <= 1; lane += 2) {
            double s = -60 + dice.range(0, 20);
            while (s < 60) {
                if (dice.chance(0.5)) {
                    Kind kind = List.of(Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS, Kind.TRAILER)
                            .get(dice.weighted(0.38, 0.2, 0.17, 0.17, 0.08));
                    Pose p = new Pose(
                            way.xAt(s, lane * half / 2),
                            way.yAt(s, lane * half / 2),
                            way.angleAt(s) + (lane > 0 ? 0 : Math.PI),
                            0,
                            0);
                    put(kind, p, 1);
                }
                s += dice.range(19, 34) * zoom;
            }
        }
    }

    /** In one or two rows along the long sides of a lot. */
    void park(Pose lot, int rows) {
        double pitch = 6.6;
        int stalls = (int) ((lot.length() - 2) / pitch);
        double c = Math.cos(lot.angle());
        double s = Math.sin(lot.angle());
        for (int row = 0; row < rows; row++) {
            boolean heavy = dice.chance(0.3);
            double v = (row == 0 ? -1 : 1) * (lot.width() / 2 - (heavy ? 4 : 6.4 * zoom));
            double step = heavy ? 21 * zoom : pitch;
            int count = heavy ? (int) (lot.length() / step) : stalls;
            for (int i = 0; i < count; i++) {
                double u = -lot.length() / 2 + (i + 0.5) * step + (heavy ? 1 : 0.0);
                if (!dice.chance(heavy ? 0.8 : 0.5)) {
                    continue;
                }
                Kind kind = heavy
                        ? List.of(Kind.TRUCK, Kind.TRAILER, Kind.BUS).get(dice.weighted(0.35, 0.45, 0.2))
                        : dice.chance(0.68) ? Kind.CAR : Kind.VAN;
                double turn = heavy ? 0 : Math.PI / 2;
                put(
                        kind,
                        new Pose(
                                lot.x() + c * u - s * v,
                                lot.y() + s * u + c * v,
                                lot.angle() + turn + (dice.chance(0.5) ? Math.PI : 0),
                                0,
                                0),
                        0.2);
            }
        }
    }

    /** A single one, if its place with that margin is free; of the pose only place and angle count. */
    void put(Kind kind, Pose at, double margin) {
        boolean extended = kind == Kind.TRUCK && dice.chance(0.35);
        double length = kind.length() * zoom * (extended ? 1.45 : dice.range(0.96, 1.04));
        Pose pose = new Pose(at.x(), at.y(), at.angle(), length, kind.width() * zoom);
        Plot.Box box = Plot.Box.of(pose).grown(margin);
        if (!plot.apart(box)) {
            return;
        }
        plot.take(box);
        String colour =
                switch (kind) {
                    case VAN -> dice.pick(List.of("white", "white", "gray", "blue", "yellow"));
                    case BUS -> dice.pick(List.of("yellow", "yellow", "red", "orange", "green"));
                    case TRUCK -> dice.pick(List.of("red", "blue", "white", "orange", "green"));
                    case TRAILER -> dice.pick(List.of("white", "gray", "blue", "green"));
                    default -> dice.pick(List.of("white", "gray", "black", "red", "red", "blue", "blue", "green"));
                };
        int load = dice.pick(new int[] {0xE6E4DE, 0xC8CACC, 0x4A6FA5, 0xB08A50, 0x9C3B34});
        Look look = new Look(
                Colours.of(colour, dice), Colours.jitter(load, dice, 8), kind.heavyDuty() ? 2.6 : 1.4, dice.variant());
        vehicles.add(Plot.object(kind, pose, new Words(extended ? "long" : "", colour, ""), look, -1));
    }
}
