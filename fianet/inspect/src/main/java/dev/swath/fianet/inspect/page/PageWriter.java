package dev.swath.fianet.inspect.page;

import dev.swath.fianet.inspect.Comparison;
import dev.swath.fianet.inspect.Effect;
import dev.swath.fianet.inspect.GradientInspection;
import dev.swath.fianet.inspect.Inspection;
import dev.swath.fianet.inspect.Reference;
import dev.swath.nn.inspect.Deviation;
import dev.swath.nn.inspect.Keep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Shows an inspection as one file of HTML, whose script draws from the numbers in it.
 *
 * <pre>{@code
 * Inspection i = Inspection.of(segmenter, image, "the plane on the lower right");
 * new PageWriter(i).withEffects(Interventions.each(i, Interventions.standard(i))).write(Path.of("page.html"));
 * }</pre>
 *
 * <p>The page holds the tensors and ops that the inspection kept ({@link Standard} chooses a set for a page of a given size), the
 * attention to words, statistics and a small picture of all else.
 */
public final class PageWriter {
    private final Inspection inspection;
    private List<Effect> effects = List.of();
    private String label = "first";
    private Predicate<String> isShown = _ -> true;
    private @Nullable Comparison comparison;
    private String otherLabel = "second";
    private @Nullable Reference reference;
    private String file = "";
    private @Nullable GradientInspection gradients;

    /** Of one run. */
    public PageWriter(Inspection inspection) {
        this.inspection = inspection;
    }

    /** With what changes of single parts did to the mask. */
    public PageWriter withEffects(List<Effect> list) {
        this.effects = List.copyOf(list);
        return this;
    }

    /** With those of the kept tensors that are named here; without this, with all of them. */
    public PageWriter showing(Keep keep) {
        this.isShown = keep.ofModules();
        return this;
    }

    /** With a second run beside it: the comparison's left one must be this page's; the labels name the two. */
    public PageWriter withComparison(Comparison c, String left, String right) {
        if (c.left() != inspection) {
            throw new IllegalArgumentException("[page] the left run of the comparison must be the page's own");
        }
        this.comparison = c;
        this.label = left;
        this.otherLabel = right;
        return this;
    }

    /** With the tensors of a file beside its own; the name is the file's, for people. */
    public PageWriter withReference(Reference r, String name) {
        this.reference = r;
        this.file = name;
        return this;
    }

    /** With a training step of the same image and sentence. */
    public PageWriter withGradients(GradientInspection g) {
        this.gradients = g;
        return this;
    }

    /** Writes the page: whole, or not at all. */
    public void write(Path path) {
        Blobs blobs = new Blobs();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("made", "Made by swath inspect from one pass of the network.");
        List<Object> runs = new ArrayList<>();
        runs.add(new RunData(inspection, blobs).json(label, effects, isShown));
        if (comparison != null) {
            runs.add(new RunData(comparison.right(), blobs).json(otherLabel, List.of(), isShown));
        }
        data.put("runs", runs);
        data.put("comparison", comparison == null ? null : json(comparison));
        data.put("truth", reference == null ? null : json(reference));
        data.put("gradients", gradients == null ? null : new GradientData(gradients, blobs).json());
        Document.write(path, "Swath: “" + inspection.sentence() + "”", data, blobs);
    }

    private static Map<String, Object> json(Comparison c) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("first", c.parts().map(Deviation::name).orElse(null));
        out.put("iou", c.iou().orElse(null));
        out.put("modules", c.modules().stream().map(PageWriter::json).toList());
        return out;
    }

    private static Map<String, Object> json(Deviation d) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("path", d.name());
        out.put("comparable", d.comparable());
        out.put("shape", PassData.dims(d.shape()));
        out.put("wanted", PassData.dims(d.wanted()));
        out.put("largest", d.largest());
        out.put("relative", d.relative());
        out.put("norm", d.norm());
        out.put("different", d.different());
        out.put("count", d.shape().elements());
        return out;
    }

    private Map<String, Object> json(Reference r) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("file", file);
        out.put("tolerance", r.tolerance());
        out.put("verdict", r.verdict());
        out.put("first", r.first().map(Deviation::name).orElse(null));
        out.put("unknown", r.unknown());
        List<Object> rows = new ArrayList<>();
        for (Deviation d : r.modules()) {
            Map<String, Object> row = json(d);
            row.put("within", d.isWithin(r.tolerance()));
            rows.add(row);
        }
        out.put("rows", rows);
        return out;
    }
}
