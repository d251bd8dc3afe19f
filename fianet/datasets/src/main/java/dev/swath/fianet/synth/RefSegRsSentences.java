package dev.swath.fianet.synth;

import dev.swath.fianet.synth.RefSegRsRules.Answer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * RefSegRS's sentences, {@code [attribute] category [relation [the|a] anchor]}, each with all objects that fit.
 */
final class RefSegRsSentences {
    /** Share of the frame that the objects of a sentence must cover. */
    private static final double MIN_SHARE = 0.008;

    /** Share of sentences that name a class alone. */
    private static final double BARE = 0.42;

    /** How much rarer a relation is that holds for all objects of its class. */
    private static final double NO_CONTRAST = 0.3;

    private record Noun(String text, String category, Predicate<SceneObject> fits) {
        static Noun of(String category, Predicate<SceneObject> fits) {
            return new Noun(category, category, fits);
        }
    }

    private static final List<Noun> VEHICLES = List.of(
            Noun.of("vehicle", o -> o.kind().vehicle()),
            new Noun("light-duty vehicle", "vehicle", o -> o.kind().lightDuty()),
            new Noun("heavy-duty vehicle", "vehicle", o -> o.kind().heavyDuty()),
            Noun.of("car", o -> o.kind() == Kind.CAR),
            Noun.of("van", o -> o.kind() == Kind.VAN),
            Noun.of("truck", o -> o.kind() == Kind.TRUCK),
            new Noun(
                    "long truck",
                    "truck",
                    o -> o.kind() == Kind.TRUCK && o.words().size().equals("long")),
            Noun.of("trailer", o -> o.kind() == Kind.TRAILER),
            Noun.of("bus", o -> o.kind() == Kind.BUS));

    private static final Noun BUILDING = Noun.of("building", o -> o.kind() == Kind.BUILDING);
    private static final Noun TREE = Noun.of("tree", o -> o.kind() == Kind.TREE);
    private static final Noun SIDEWALK = Noun.of("sidewalk", o -> o.kind() == Kind.SIDEWALK);
    private static final Noun BIKEWAY = Noun.of("bikeway", o -> o.kind() == Kind.BIKEWAY);
    private static final Noun LAWN = Noun.of("low vegetation", o -> o.kind() == Kind.LOW_VEGETATION);

    private static final List<Noun> SURFACES = List.of(
            Noun.of("road", o -> o.kind() == Kind.ROAD),
            Noun.of("road marking", o -> o.kind() == Kind.ROAD_MARKING),
            Noun.of("impervious surface", o -> switch (o.kind()) {
                case ROAD, SIDEWALK, BIKEWAY, PARKING_LOT -> true;
                default -> false;
            }));

    private record Candidate(Expression expression, double weight) {}

    private RefSegRsSentences() {}

    /** A sentence that is true of the picture, or null if it has too little to show. */
    static @Nullable Expression choose(Scene scene, int[] ids, Dice dice) {
        int[] pixels = new int[scene.objects().size()];
        for (int id : ids) {
            if (id >= 0) {
                pixels[id]++;
            }
        }
        boolean bare = dice.chance(BARE);
        Map<String, List<Candidate>> byHead = new LinkedHashMap<>();
        RefSegRsRules rules = new RefSegRsRules(scene);
        List<Candidate> all = bare ? bare(scene) : related(scene, rules);
        for (Candidate c : all) {
            if (share(scene, c.expression().objects(), pixels) >= MIN_SHARE * ids.length) {
                byHead.computeIfAbsent(c.expression().category(), _ -> new ArrayList<>())
                        .add(c);
            }
        }
        if (byHead.isEmpty()) {
            return null;
        }
        List<Candidate> of = dice.pick(List.copyOf(byHead.values()));
        return of.get(dice.weighted(of.stream().mapToDouble(Candidate::weight).toArray()))
                .expression();
    }

    private static int share(Scene scene, BitSet objects, int[] pixels) {
        int sum = 0;
        for (int i = 0; i < pixels.length; i++) {
            sum += scene.selected(i, objects) ? pixels[i] : 0;
        }
        return sum;
    }

    private static List<Candidate> bare(Scene scene) {
        List<Candidate> out = new ArrayList<>();
        List<Noun> nouns = new ArrayList<>(VEHICLES);
        nouns.addAll(SURFACES);
        nouns.addAll(List.of(BUILDING, TREE, SIDEWALK, BIKEWAY, LAWN));
        for (Noun noun : nouns) {
            add(out, scene, noun, "", _ -> Answer.YES);
        }
        return out;
    }

    private static List<Candidate> related(Scene scene, RefSegRsRules rules) {
        List<Candidate> out = new ArrayList<>();
        for (Noun noun : VEHICLES) {
            add(out, scene, noun, " driving on the road", o -> rules.inside(o, Kind.ROAD));
            add(out, scene, noun, " in the parking area", o -> rules.inside(o, Kind.PARKING_LOT));
        }
        add(out, scene, BUILDING, " along the road", rules::along);
        add(out, scene, BUILDING, " with a parking lot", rules::withLot);
        add(out, scene, SIDEWALK, " along with tree", rules::alongTrees);
        add(out, scene, BIKEWAY, " along the road", rules::along);
        add(out, scene, LAWN, " surrounded by building", rules::surrounded);
        return out;
    }

    /** Adds the sentence unless it is true of nothing or one could argue about it. */
    private static void add(
            List<Candidate> out, Scene scene, Noun noun, String relation, Function<SceneObject, Answer> rule) {
        BitSet objects = new BitSet();
        boolean contrast = relation.isEmpty();
        for (int i = 0; i < scene.objects().size(); i++) {
            SceneObject o = scene.objects().get(i);
            if (!noun.fits().test(o) || o.visibleBounds().isEmpty()) {
                continue;
            }
            switch (rule.apply(o)) {
                case YES -> objects.set(i);
                case NO -> contrast = true;
                case UNSURE -> {
                    return;
                }
            }
        }
        if (!objects.isEmpty()) {
            out.add(new Candidate(
                    new Expression(noun.text() + relation, noun.category(), objects), contrast ? 1 : NO_CONTRAST));
        }
    }
}
