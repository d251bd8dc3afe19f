package dev.swath.fianet.synth;

import dev.swath.fianet.text.DatasetVocabulary;
import java.awt.geom.FlatteningPathIterator;
import java.awt.geom.PathIterator;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads a sentence word by word and finds what it means in a scene's list of objects, by the rules of
 * docs/synthetic-scenes.md. It shares no code with the generator.
 */
final class Interpreter {
    private static final List<String> PLACES = List.of(
            " in the middle",
            " on the left",
            " on the right",
            " on the top",
            " at the bottom",
            " on the upper left",
            " on the upper right",
            " on the lower left",
            " on the lower right",
            " on the far left",
            " on the far right");

    private static final List<String> SECTORS = List.of(
            "on the right of",
            "on the lower right of",
            "below",
            "on the lower left of",
            "on the left of",
            "on the upper left of",
            "above",
            "on the upper right of");

    private static final Set<String> SIZES = Set.of("tiny", "small", "large", "huge");
    private static final List<String> SHAPES = List.of("frustum of a cone", "rectangular", "slender");

    private final List<SceneObject> objects;

    Interpreter(Scene scene) {
        this.objects = scene.objects();
    }

    /** Numbers of the objects that an RRSIS-D sentence is true of. */
    Set<Integer> rrsisd(String sentence) {
        if (!sentence.startsWith("The ") && !sentence.startsWith("A ")) {
            throw new IllegalArgumentException("no article: " + sentence);
        }
        String rest = sentence.substring(sentence.indexOf(' ') + 1);
        int is = rest.indexOf(" is ");
        if (is < 0) {
            return phrase(rest);
        }
        Set<Integer> things = phrase(rest.substring(0, is));
        String predicate = rest.substring(is + 4);
        if (predicate.startsWith("in the stadium")) {
            Set<Integer> stadiums = phrase(predicate.substring("in the ".length()));
            things.removeIf(i -> stadiums.stream().noneMatch(s -> objects.get(s)
                    .outline()
                    .contains(middle(i).getX(), middle(i).getY())));
            return things;
        }
        int sector = -1;
        for (int k = 0; k < SECTORS.size(); k++) {
            if (predicate.startsWith(SECTORS.get(k) + " the ")) {
                sector = k;
            }
        }
        Set<Integer> anchors = phrase(predicate.substring(SECTORS.get(sector).length() + " the ".length()));
        if (anchors.size() != 1) {
            throw new IllegalArgumentException("the anchor is not one object: " + sentence + ", " + anchors);
        }
        int anchor = anchors.iterator().next();
        int wanted = sector;
        things.removeIf(i -> {
            double degrees = Math.toDegrees(Math.atan2(
                    middle(i).getY() - middle(anchor).getY(),
                    middle(i).getX() - middle(anchor).getX()));
            return i == anchor || (Math.round(degrees / 45) + 8) % 8 != wanted;
        });
        return things;
    }

    /** Attributes, class and perhaps a place. */
    private Set<Integer> phrase(String text) {
        String place = PLACES.stream().filter(text::endsWith).findFirst().orElse("");
        String name = text.substring(0, text.length() - place.length());
        String category = DatasetVocabulary.RRSISD.classes().stream()
                .filter(c -> name.equals(c) || name.endsWith(" " + c))
                .max(Comparator.comparingInt(String::length))
                .orElseThrow(() -> new IllegalArgumentException("no class in: " + text));
        String attributes = (" " + name.substring(0, name.length() - category.length())).replace("  ", " ");
        String shape = "";
        for (String s : SHAPES) {
            if (attributes.contains(" " + s + " ")) {
                shape = s;
                attributes = attributes.replace(" " + s + " ", " ");
            }
        }
        String size = "";
        List<String> colour = new ArrayList<>();
        for (String word : attributes.strip().split(" ")) {
            if (SIZES.contains(word)) {
                size = word;
            } else if (!word.isEmpty()) {
                colour.add(word);
            }
        }
        Set<Integer> out = new TreeSet<>();
        for (int i = 0; i < objects.size(); i++) {
            SceneObject o = objects.get(i);
            if (o.kind().category().equals(category)
                    && (size.isEmpty() || size.equals(o.words().size()))
                    && (colour.isEmpty()
                            || String.join(" ", colour).equals(o.words().colour()))
                    && (shape.isEmpty() || shape.equals(o.words().shape()))
                    && (place.isEmpty() || in(place.strip(), middle(i)))) {
                out.add(i);
            }
        }
        return out;
    }

    private static boolean in(String place, Point2D p) {
        String column = p.getX() < 100 / 3.0 ? "left" : p.getX() < 200 / 3.0 ? "" : "right";
        String row = p.getY() < 100 / 3.0 ? "upper" : p.getY() < 200 / 3.0 ? "" : "lower";
        return switch (place) {
            case "in the middle" -> column.isEmpty() && row.isEmpty();
            case "on the top" -> column.isEmpty() && row.equals("upper");
            case "at the bottom" -> column.isEmpty() && row.equals("lower");
            case "on the far left" -> row.isEmpty() && p.getX() < 100 / 6.0;
            case "on the far right" -> row.isEmpty() && p.getX() >= 500 / 6.0;
            default -> place.equals(("on the " + row + " " + column).replace("  ", " "));
        };
    }

    private Point2D middle(int i) {
        Rectangle2D b = objects.get(i).outline().getBounds2D();
        double left = Math.max(0, b.getMinX());
        double right = Math.min(100, b.getMaxX());
        double top = Math.max(0, b.getMinY());
        double bottom = Math.min(100, b.getMaxY());
        return new Point2D.Double((left + right) / 2, (top + bottom) / 2);
    }

    /** Numbers of the objects that a RefSegRS sentence is true of, parts apart. */
    Set<Integer> refSegRs(String sentence) {
        for (String relation : List.of(
                " driving on the road",
                " in the parking area",
                " along the road",
                " with a parking lot",
                " along with tree",
                " surrounded by building")) {
            if (sentence.endsWith(relation)) {
                Set<Integer> out = named(sentence.substring(0, sentence.length() - relation.length()));
                out.removeIf(i -> !holds(i, relation.strip()));
                return out;
            }
        }
        return named(sentence);
    }

    private Set<Integer> named(String noun) {
        Predicate<SceneObject> fits =
                switch (noun) {
                    case "vehicle" -> kinds(Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.TRAILER, Kind.BUS);
                    case "light-duty vehicle" -> kinds(Kind.CAR, Kind.VAN);
                    case "heavy-duty vehicle" -> kinds(Kind.TRUCK, Kind.TRAILER, Kind.BUS);
                    case "long truck" -> kinds(Kind.TRUCK).and(o -> o.pose().length() > 1.28 * Kind.TRUCK.length());
                    case "impervious surface" -> kinds(Kind.ROAD, Kind.SIDEWALK, Kind.BIKEWAY, Kind.PARKING_LOT);
                    default -> kinds(Kind.valueOf(noun.replace(' ', '_').toUpperCase(Locale.ROOT)));
                };
        Set<Integer> out = new TreeSet<>();
        for (int i = 0; i < objects.size(); i++) {
            if (fits.test(objects.get(i))
                    && objects.get(i).outline().getBounds2D().intersects(0, 0, 100, 100)) {
                out.add(i);
            }
        }
        return out;
    }

    private static Predicate<SceneObject> kinds(Kind... kinds) {
        return o -> List.of(kinds).contains(o.kind());
    }

    private boolean holds(int i, String relation) {
        SceneObject o = objects.get(i);
        Rectangle2D b = o.outline().getBounds2D();
        return switch (relation) {
            case "driving on the road" -> any(Kind.ROAD, r -> r.outline().contains(b.getCenterX(), b.getCenterY()));
            case "in the parking area" ->
                any(Kind.PARKING_LOT, r -> r.outline().contains(b.getCenterX(), b.getCenterY()));
            case "along the road" -> any(Kind.ROAD, r -> gap(o, r) <= 18);
            case "with a parking lot" -> any(Kind.PARKING_LOT, r -> gap(o, r) <= 4);
            case "along with tree" ->
                objects.stream()
                                .filter(t -> t.kind() == Kind.TREE && treeBeside(t, o))
                                .count()
                        >= 3;
            default -> {
                int met = 0;
                for (int k = 0; k < 16; k++) {
                    double a = k * Math.PI / 8;
                    boolean meets = false;
                    for (double t = 0; t <= 32 && !meets; t += 0.25) {
                        double x = b.getCenterX() + t * Math.cos(a);
                        double y = b.getCenterY() + t * Math.sin(a);
                        meets = any(Kind.BUILDING, h -> h.outline().contains(x, y));
                    }
                    met += meets ? 1 : 0;
                }
                yield met >= 13;
            }
        };
    }

    private boolean treeBeside(SceneObject tree, SceneObject walk) {
        Rectangle2D b = tree.outline().getBounds2D();
        Point2D p = new Point2D.Double(b.getCenterX(), b.getCenterY());
        return new Rectangle2D.Double(0, 0, 100, 100).contains(p)
                && (walk.outline().contains(p) || edge(walk).stream().anyMatch(q -> q.distance(p) <= 6));
    }

    private boolean any(Kind kind, Predicate<SceneObject> condition) {
        return objects.stream().anyMatch(o -> o.kind() == kind && condition.test(o));
    }

    private static double gap(SceneObject a, SceneObject b) {
        double best = Double.MAX_VALUE;
        List<Point2D> other = edge(b);
        for (Point2D p : edge(a)) {
            if (b.outline().contains(p)) {
                return 0;
            }
            for (Point2D q : other) {
                best = Math.min(best, p.distance(q));
            }
        }
        return best;
    }

    /** Points of the outline, at most half a unit apart. */
    private static List<Point2D> edge(SceneObject o) {
        List<Point2D> out = new ArrayList<>();
        double[] c = new double[6];
        Point2D start = new Point2D.Double();
        Point2D last = new Point2D.Double();
        for (var it = new FlatteningPathIterator(o.outline().getPathIterator(null), 0.1); !it.isDone(); it.next()) {
            int kind = it.currentSegment(c);
            Point2D to = kind == PathIterator.SEG_CLOSE ? start : new Point2D.Double(c[0], c[1]);
            if (kind == PathIterator.SEG_MOVETO) {
                start = to;
            } else {
                int n = Math.max(1, (int) Math.ceil(2 * last.distance(to)));
                for (int i = 0; i < n; i++) {
                    out.add(new Point2D.Double(
                            last.getX() + (to.getX() - last.getX()) * i / n,
                            last.getY() + (to.getY() - last.getY()) * i / n));
                }
            }
            last = to;
        }
        return out;
    }
}
