package dev.swath.fianet.synth;

import java.util.List;

/** Which colours things of RRSIS-D have, as words; the empty word is white, which its sentences do not name. */
final class Palette {
    private Palette() {}

    static List<String> of(Kind kind) {
        return switch (kind) {
            case AIRPLANE, WINDMILL ->
                kind == Kind.AIRPLANE ? List.of("", "", "gray", "blue", "red") : List.of("", "gray");
            case AIRPORT, OVERPASS, DAM, HARBOR -> List.of("gray");
            case GOLF_FIELD -> List.of("green");
            case SERVICE_AREA -> List.of("", "red", "blue", "orange");
            case TOLL_STATION -> List.of("", "red", "blue", "green");
            case BASEBALL_FIELD -> List.of("green and orange", "green and orange", "orange");
            case STADIUM -> List.of("", "gray", "red", "blue");
            case TRACK_FIELD -> List.of("red", "red", "blue", "gray");
            case STORAGE_TANK -> List.of("", "gray", "red", "blue", "green");
            case BASKETBALL_COURT -> List.of("green", "red", "blue", "orange", "gray", "green and orange");
            case TENNIS_COURT -> List.of("green", "red", "blue", "gray", "green and orange");
            case CHIMNEY -> List.of("orange and red", "gray", "blue", "red");
            case TRAIN_STATION -> List.of("", "gray", "red", "blue");
            case SHIP -> List.of("", "gray", "red", "blue", "orange", "green");
            case BRIDGE -> List.of("gray", "gray", "red", "blue");
            default -> List.of("", "gray", "red", "blue", "orange", "green");
        };
    }

    /** Colours of a thing of this kind whose colour the word names. */
    static SceneObject.Look look(Kind kind, String word, double height, Dice dice) {
        List<String> parts = word.isEmpty() ? List.of("white") : Colours.parts(word);
        int body = Colours.of(parts.getFirst(), dice);
        int accent =
                switch (kind) {
                    case TRACK_FIELD, STADIUM -> Colours.jitter(Colours.LAWN, dice, 8);
                    case AIRPORT -> Colours.jitter(0xDDDCD6, dice, 8);
                    case CHIMNEY -> body;
                    case TENNIS_COURT -> Colours.shade(body, 0.72);
                    case BASKETBALL_COURT -> Colours.shade(body, 1.28);
                    case BASEBALL_FIELD -> Colours.jitter(Colours.DIRT, dice, 8);
                    case TRUCK -> Colours.shade(body, 0.85);
                    default -> Colours.of(dice.pick(List.of("blue", "red", "white")), dice);
                };
        if (parts.size() > 1 && kind != Kind.BASEBALL_FIELD) {
            accent = Colours.of(parts.getLast(), dice);
        }
        if (kind == Kind.BASEBALL_FIELD) {
            body = parts.size() > 1 ? Colours.jitter(Colours.LAWN, dice, 8) : accent;
        }
        return new SceneObject.Look(body, accent, height, dice.variant());
    }
}
