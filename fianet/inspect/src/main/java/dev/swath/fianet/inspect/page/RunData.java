package dev.swath.fianet.inspect.page;

import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.inspect.Branch;
import dev.swath.fianet.inspect.Effect;
import dev.swath.fianet.inspect.Inspection;
import dev.swath.fianet.inspect.Intervention;
import dev.swath.fianet.inspect.Part;
import dev.swath.fianet.inspect.WordAttention;
import dev.swath.fianet.inspect.WordPiece;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.nn.inspect.Picture;
import dev.swath.nn.inspect.Result;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** One run as the page reads it: what was asked, what was answered, and all that happened between. */
final class RunData {
    /** Logits of changed runs stand for so many pixels a side: a page holds dozens of them. */
    private static final int COARSE = 4;

    private final Inspection inspection;
    private final Blobs blobs;
    private final PassData pass;

    RunData(Inspection inspection, Blobs blobs) {
        this.inspection = inspection;
        this.blobs = blobs;
        this.pass = new PassData(inspection.record(), blobs);
    }

    /**
     * All of it.
     *
     * @param label what the run is called beside another
     * @param effects of changes of single parts
     * @param isShown which of the kept tensors are written
     */
    Map<String, Object> json(String label, List<Effect> effects, Predicate<String> isShown) {
        RgbImage seen = inspection.seen();
        Margin margin = Margin.of(inspection.logits());
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("label", label);
        run.put("sentence", inspection.sentence());
        run.put("network", network());
        run.put("backend", inspection.backend().name());
        run.put("nanos", inspection.root().nanos());
        run.put("image", Map.of("rows", seen.height(), "cols", seen.width(), "blob", blobs.add(seen.rgb())));
        run.put("mask", mask(margin));
        run.put("logits", margin.json(blobs));
        run.put("words", inspection.words().stream().map(RunData::word).toList());
        run.put("modules", pass.modules(inspection.network(), stages()));
        run.put("ops", pass.ops());
        run.put("tensors", pass.tensors(isShown));
        run.put("attention", attention());
        run.put("beside", beside());
        run.put("causes", effects.stream().map(this::cause).toList());
        return run;
    }

    private String network() {
        return Networks.named(inspection.network().config().network()).title();
    }

    private List<String> stages() {
        return inspection.parts().stream()
                .filter(p -> p.meaning() == Meaning.STAGE)
                .map(Part::path)
                .toList();
    }

    private Map<String, Object> mask(Margin margin) {
        byte[] bits = margin.mask();
        int area = 0;
        for (byte b : bits) {
            area += b;
        }
        int peak = margin.peak();
        return Map.of(
                "rows", margin.rows(),
                "cols", margin.cols(),
                "area", area,
                "peak", List.of(peak % margin.cols(), peak / margin.cols()),
                "blob", blobs.add(bits));
    }

    private static Map<String, Object> word(WordPiece w) {
        List<Object> marks = new ArrayList<>();
        if (w.kind() != WordPiece.Kind.WORD) {
            marks.add(w.kind().name().toLowerCase(Locale.ROOT));
        }
        if (w.object()) {
            marks.add("object");
        }
        if (w.location()) {
            marks.add("position");
        }
        return Map.of("piece", w.text(), "id", w.id(), "marks", marks);
    }

    /** By place in the order of the pass, then context, object, position. */
    private List<Object> attention() {
        List<WordAttention> all = new ArrayList<>(inspection.wordAttention());
        all.sort(Comparator.comparingInt((WordAttention a) -> a.stage() == 0 ? Integer.MAX_VALUE : a.stage())
                .thenComparing(WordAttention::branch));
        List<Object> out = new ArrayList<>();
        for (WordAttention a : all) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("place", place(a));
            json.put("branch", branch(a.branch()));
            json.put("path", a.module());
            json.put("heads", a.heads());
            json.put("rows", a.height());
            json.put("cols", a.width());
            json.put("words", a.words());
            json.put("blob", blobs.add(a.weights().toFloatArray()));
            out.add(json);
        }
        return out;
    }

    private static String branch(Branch branch) {
        return branch.name().toLowerCase(Locale.ROOT);
    }

    /** The stage, or outside of the stages the module's name without its first and last part. */
    private static String place(WordAttention a) {
        return a.stage() > 0
                ? stage(a.stage())
                : a.module().replaceFirst("^[^.]+\\.(?=.*\\.)", "").replaceFirst("\\.[^.]+$", "");
    }

    private static String stage(int stage) {
        return stage == 0 ? "" : "stage " + stage;
    }

    /** Spatial priors, channel weights and gates, stage by stage. */
    private List<Object> beside() {
        List<Map.Entry<Integer, Object>> found = new ArrayList<>();
        inspection
                .spatialPriors()
                .forEach(p -> found.add(Map.entry(
                        p.stage(),
                        map(
                                stage(p.stage()),
                                "where things may be",
                                "The weight of each cell of the object branch, from 0 to 1, that the position branch gives.",
                                p.module(),
                                p.weights()
                                        .reshape(
                                                1,
                                                p.weights().dim(0),
                                                p.weights().dim(1),
                                                1)))));
        inspection
                .channelWeights()
                .forEach(c -> found.add(Map.entry(
                        c.stage(),
                        map(
                                stage(c.stage()),
                                "channels that count",
                                "The weight by which each channel of what the branches add is multiplied.",
                                c.module(),
                                c.weights()))));
        inspection.gates().forEach(g -> found.add(Map.entry(g.stage(), gate(g))));
        return found.stream()
                .sorted(Comparator.comparingInt(Map.Entry::getKey))
                .map(Map.Entry::getValue)
                .toList();
    }

    private Map<String, Object> map(String place, String title, String words, String path, Tensor tensor) {
        Map<String, Object> out = pass.tensor(path, title, tensor, null);
        out.put("place", place);
        out.put("words", words);
        return out;
    }

    /** How far a gate is open at each cell: the mean over its channels, from -1 to 1. */
    private Map<String, Object> gate(Part part) {
        Result result = inspection.results().get(part.path());
        Picture picture = result.picture();
        if (picture == null) {
            throw new IllegalStateException("[page] the gate " + part.path() + " gives no map");
        }
        String title =
                part.meaning() == Meaning.OBJECT_GATE ? "gate of the object branch" : "gate of the whole sentence";
        String words =
                "What it gives, from -1 to 1, mean over the channels; what it was made from is multiplied by it.";
        Tensor mean = Tensor.of(picture.values(), 1, picture.height(), picture.width(), 1);
        return map(stage(part.stage()), title, words, part.path(), mean);
    }

    private Map<String, Object> cause(Effect effect) {
        Margin margin = Margin.of(effect.result().logits());
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", effect.intervention().label());
        out.put("kind", effect.intervention() instanceof Intervention.DropWord ? "word" : "part");
        out.put(
                "positions",
                effect.intervention() instanceof Intervention.DropWord drop ? drop.positions() : List.of());
        out.put("skips", effect.intervention() instanceof Intervention.Skip skip ? skip.path() : "");
        out.put("iou", effect.iou());
        out.put("area", effect.result().area());
        out.put("gained", effect.gained());
        out.put("lost", effect.lost());
        out.put("mask", blobs.add(margin.mask()));
        out.put("logits", margin.coarser(COARSE).json(blobs));
        return out;
    }
}
