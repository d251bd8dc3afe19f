package dev.swath.fianet.inspect;

import dev.swath.autograd.OpCall;
import dev.swath.autograd.TapeListener;
import dev.swath.fianet.SegmentationResult;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.inspect.Result;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Cause, not only sight: runs the network again with one thing changed, and tells what that does to the mask. */
public final class Interventions {
    private Interventions() {}

    /** Each of them by itself, against the inspection's own answer; a pass for each. */
    public static List<Effect> each(Inspection unchanged, List<Intervention> interventions) {
        return interventions.stream().map(i -> one(unchanged, i)).toList();
    }

    /** One of them. */
    public static Effect one(Inspection unchanged, Intervention intervention) {
        return Effect.of(intervention, unchanged.result(), together(unchanged, List.of(intervention)));
    }

    /** The answer to the inspection's image and sentence with all of them at once. */
    public static SegmentationResult together(Inspection of, List<Intervention> interventions) {
        Scene scene = of.scene();
        Listener listener = new Listener();
        try (Changes changes = new Changes(scene.network(), interventions, listener)) {
            listener.changes = changes;
            SegmentationResult result = scene.pass().run(changes.tokens(of.tokens()), listener);
            changes.requireDone();
            return result;
        }
    }

    /** Names ops as {@link dev.swath.nn.inspect.PassRecorder} does, and hands them to the changes. */
    private static final class Listener implements TapeListener {
        private final Map<String, Integer> calls = new HashMap<>();
        private @Nullable Changes changes;

        @Override
        public boolean wantsCalls() {
            return true;
        }

        @Override
        public void onCall(OpCall call) {
            Objects.requireNonNull(changes).apply(PassRecord.opName(call.path(), call.op(), calls), call);
        }
    }

    /**
     * The table that shows what each part is for: every word dropped, every gate closed, every stage's object and position branch off,
     * the multi-scale module skipped; as far as the network has them and called them.
     */
    public static List<Intervention> standard(Inspection of) {
        List<Intervention> out = new ArrayList<>(words(of.words()));
        Map<String, Result> results = of.results();
        Set<String> ops = of.ops().stream().map(o -> o.name()).collect(Collectors.toSet());
        for (Part p : of.parts()) {
            if (!results.containsKey(p.path())) {
                continue;
            }
            String where = p.stage() == 0 ? "" : " of stage " + p.stage();
            switch (p.meaning()) {
                case GATE -> out.add(new Intervention.Zero(p.path(), "gate" + where + " closed"));
                case OBJECT_GATE -> out.add(new Intervention.Zero(p.path(), "object branch" + where + " off"));
                case SPATIAL_PRIOR -> {
                    if (ops.contains(Parts.sigmoid(p))) {
                        out.add(new Intervention.Fill(Parts.sigmoid(p), 1, "position branch" + where + " off"));
                    }
                }
                case MULTI_SCALE -> out.addAll(skip(p, results));
                case STAGE, CONTEXT_ATTENTION, OBJECT_ATTENTION, POSITION_ATTENTION, CHANNEL_WEIGHTS -> {}
            }
        }
        return List.copyOf(out);
    }

    /** Each word of the sentence with all its pieces: those behind the first begin with {@code ##}. */
    private static List<Intervention> words(List<WordPiece> pieces) {
        List<Intervention> out = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            if (pieces.get(i).kind() != WordPiece.Kind.WORD
                    || pieces.get(i).text().startsWith("##")) {
                continue;
            }
            List<Integer> positions = new ArrayList<>(List.of(i));
            StringBuilder text = new StringBuilder(pieces.get(i).text());
            for (int j = i + 1; j < pieces.size() && pieces.get(j).text().startsWith("##"); j++) {
                positions.add(j);
                text.append(pieces.get(j).text().substring(2));
            }
            out.add(new Intervention.DropWord(positions, "without \"" + text + "\""));
        }
        return out;
    }

    /** The layer norms beside the module give the maps that it takes: one for each of its results, of the same shape. */
    private static List<Intervention> skip(Part part, Map<String, Result> results) {
        String parent = Parts.parent(part.path());
        Set<String> sources = new LinkedHashSet<>();
        for (int i = 0; results.containsKey(Result.name(part.path(), 1, i)); i++) {
            Result source = results.get((parent.isEmpty() ? "" : parent + ".") + "norm" + i);
            Result result = results.get(Result.name(part.path(), 1, i));
            if (source == null || !source.shape().equals(result.shape())) {
                return List.of();
            }
            sources.add(source.name());
        }
        return List.of(new Intervention.Skip(part.path(), List.copyOf(sources), "multi-scale module skipped"));
    }

    /** One module's result taken from another pass, which kept it. */
    public static Intervention.Replace from(Inspection other, String name) {
        Tensor value = other.tensor(name);
        return new Intervention.Replace(name, value, "'" + name + "' from the other pass");
    }
}
