package dev.swath.fianet.inspect.page;

import dev.swath.nn.Module;
import dev.swath.nn.inspect.ModuleCall;
import dev.swath.nn.inspect.OpInput;
import dev.swath.nn.inspect.OpRecord;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.inspect.Picture;
import dev.swath.nn.inspect.Result;
import dev.swath.nn.inspect.Statistics;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Modules, ops and tensors of a recorded pass as the page reads them. */
final class PassData {
    /** A card shows no more cells than this a side. */
    private static final int PICTURE = 32;

    private final PassRecord record;
    private final Blobs blobs;
    private final Map<Long, Integer> grids = new HashMap<>();
    private final Map<Tensor, Integer> known = new IdentityHashMap<>();

    PassData(PassRecord record, Blobs blobs) {
        this.record = record;
        this.blobs = blobs;
        record.ops().forEach(op -> noteGrid(op.shape()));
        record.results().values().forEach(r -> noteGrid(r.shape()));
    }

    private void noteGrid(Shape s) {
        if (s.rank() == 4) {
            grids.put((long) s.dim(1) * s.dim(2), s.dim(1));
        }
    }

    /**
     * Every call of a module, each before those inside it, and at the end the modules of the network that were not called.
     *
     * @param stages names of the modules at which image and words meet: they, and what stands beside them, are the steps of the way
     */
    List<Object> modules(Module network, List<String> stages) {
        List<Object> out = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        Set<String> steps = new HashSet<>();
        addSteps(record.root(), stages, steps);
        add(record.root(), null, steps, out, numbers);
        network.namedModules().forEach((path, module) -> {
            if (!numbers.containsKey(path)) {
                int parent = numbers.get(path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : "");
                numbers.put(path, out.size());
                out.add(idle(path, parent, module));
            }
        });
        return out;
    }

    private static void addSteps(ModuleCall call, List<String> stages, Set<String> steps) {
        for (ModuleCall child : call.children()) {
            if (stages.stream().anyMatch(s -> s.startsWith(child.path() + "."))) {
                addSteps(child, stages, steps);
            } else {
                steps.add(name(child));
            }
        }
    }

    private void add(
            ModuleCall call,
            @Nullable Integer parent,
            Set<String> steps,
            List<Object> out,
            Map<String, Integer> numbers) {
        int number = out.size();
        numbers.putIfAbsent(call.path(), number);
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("path", name(call));
        m.put("parent", parent);
        m.put("type", call.type());
        m.put("className", call.className());
        m.put("parameters", call.parameters());
        m.put("called", true);
        m.put("step", steps.contains(name(call)));
        m.put("nanos", call.nanos());
        m.put("flops", call.flops());
        m.put("bytes", call.bytes());
        m.put("outputs", call.results().stream().map(PassData::output).toList());
        if (!call.results().isEmpty()) {
            Result first = call.results().getFirst();
            put(m, "stats", statistics(first.statistics()));
            put(m, "picture", picture(first.picture()));
        }
        out.add(m);
        call.children().forEach(child -> add(child, number, steps, out, numbers));
    }

    /** The name under which the page knows a call: the path, and which call it is if it is not the first. */
    static String name(ModuleCall call) {
        return call.call() == 1 ? call.path() : call.path() + "#" + call.call();
    }

    private static Map<String, Object> idle(String path, int parent, Module module) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("path", path);
        m.put("parent", parent);
        m.put("type", module.getClass().getSimpleName());
        m.put("className", module.getClass().getName());
        m.put("parameters", module.parameterCount());
        m.put("called", false);
        m.put("step", false);
        m.put("nanos", 0);
        m.put("flops", 0);
        m.put("bytes", 0);
        m.put("outputs", List.of());
        return m;
    }

    private static void put(Map<String, Object> out, String name, @Nullable Object value) {
        if (value != null) {
            out.put(name, value);
        }
    }

    private static Map<String, Object> output(Result r) {
        return Map.of(
                "name", r.name(), "shape", dims(r.shape()), "dtype", r.dtype().toString());
    }

    static List<Object> dims(Shape shape) {
        List<Object> out = new ArrayList<>();
        for (int d : shape.dims()) {
            out.add(d);
        }
        return out;
    }

    /** Statistics as the page knows them; null of a pass on shapes alone. */
    static @Nullable Map<String, Object> statistics(@Nullable Statistics s) {
        if (s == null) {
            return null;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("count", s.count());
        out.put("min", s.min());
        out.put("mean", s.mean());
        out.put("max", s.max());
        out.put("deviation", s.deviation());
        out.put("zeros", s.zeros());
        out.put("nan", s.nan());
        out.put("infinite", s.infinite());
        List<Object> counts = new ArrayList<>();
        for (long n : s.histogram()) {
            counts.add(n);
        }
        out.put("histogram", Map.of("low", s.min(), "high", s.max(), "counts", counts));
        return out;
    }

    private @Nullable Map<String, Object> picture(@Nullable Picture p) {
        if (p == null) {
            return null;
        }
        int rows = Math.min(p.height(), PICTURE);
        int cols = Math.min(p.width(), PICTURE);
        float[] small = new float[rows * cols];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                small[r * cols + c] = mean(
                        p,
                        r * p.height() / rows,
                        (r + 1) * p.height() / rows,
                        c * p.width() / cols,
                        (c + 1) * p.width() / cols);
            }
        }
        return Map.of("rows", rows, "cols", cols, "blob", blobs.add(small));
    }

    private static float mean(Picture p, int top, int bottom, int left, int right) {
        double sum = 0;
        for (int r = top; r < bottom; r++) {
            for (int c = left; c < right; c++) {
                sum += p.values()[r * p.width() + c];
            }
        }
        return (float) (sum / ((bottom - top) * (right - left)));
    }

    /** All ops in order, each with the number of the module that ran it; those whose tensors were kept with them. */
    List<Object> ops() {
        Map<Integer, Integer> owners = new HashMap<>();
        owners(record.root(), new int[1], owners);
        List<Object> out = new ArrayList<>();
        for (OpRecord op : record.ops()) {
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("name", op.op());
            o.put("key", op.name());
            o.put("module", owners.getOrDefault(op.id(), 0));
            o.put("shape", dims(op.shape()));
            o.put("view", op.view());
            o.put("nanos", op.nanos());
            o.put("flops", op.flops());
            o.put("bytes", op.bytes());
            o.put("kernel", op.kernel());
            if (record.opTensors().containsKey(op.name())) {
                addTensors(op, record.opTensors(op.name()), o);
            }
            out.add(o);
        }
        return out;
    }

    private void addTensors(OpRecord op, Map<String, Tensor> kept, Map<String, Object> out) {
        List<Object> inputs = new ArrayList<>();
        for (OpInput input : op.inputs()) {
            Map<String, Object> i = new LinkedHashMap<>();
            i.put("name", input.name());
            i.put("shape", dims(input.shape()));
            i.put("parameter", input.parameter());
            i.put(
                    "from",
                    input.from() < 0 ? null : record.ops().get(input.from()).name());
            i.put("blob", blob(kept.get(input.name())));
            inputs.add(i);
        }
        out.put("inputs", inputs);
        out.put("settings", told(op.settings()));
        out.put("grid", grid(op.shape()));
        out.put("result", blob(kept.get("")));
    }

    /** Settings as JSON: numbers, words, lists of them. */
    private static Map<String, Object> told(Map<String, Object> settings) {
        Map<String, Object> out = new LinkedHashMap<>();
        settings.forEach((name, value) -> out.put(
                name,
                value instanceof Number || value instanceof Boolean || value instanceof List<?>
                        ? value
                        : value.toString()));
        return out;
    }

    /** The numbers of a tensor, once however often it is read. */
    private int blob(Tensor tensor) {
        return known.computeIfAbsent(
                tensor, t -> blobs.add((t.storage() instanceof HostStorage ? t : t.copy()).toFloatArray()));
    }

    private static void owners(ModuleCall call, int[] next, Map<Integer, Integer> owners) {
        int number = next[0]++;
        call.ops().forEach(op -> owners.put(op.id(), number));
        call.children().forEach(child -> owners(child, next, owners));
    }

    /** Those of the kept tensors that are to be shown, in the order of the pass. */
    List<Object> tensors(Predicate<String> isShown) {
        Map<String, Result> results = record.results();
        List<Object> out = new ArrayList<>();
        results.forEach((name, result) -> {
            Tensor kept = record.tensors().get(name);
            if (kept != null && isShown.test(name)) {
                out.add(tensor(name, "", kept, result.statistics()));
            }
        });
        return out;
    }

    /** One tensor; what it is called beside its module's name may be empty. */
    Map<String, Object> tensor(String path, String title, Tensor tensor, @Nullable Statistics known) {
        Map<String, Object> t = new LinkedHashMap<>();
        t.put("path", path);
        t.put("title", title);
        t.put("shape", dims(tensor.shape()));
        t.put("dtype", tensor.dtype().toString());
        t.put("stats", statistics(known == null ? Statistics.of(tensor) : known));
        t.put("grid", grid(tensor.shape()));
        t.put("blob", blob(tensor));
        return t;
    }

    /** Rows, columns and channels of a map (1, H, W, C), or of cells (1, L, C) of one; null of other tensors. */
    private @Nullable Map<String, Object> grid(Shape s) {
        if (s.rank() == 4 && s.dim(0) == 1) {
            return Map.of("rows", s.dim(1), "cols", s.dim(2), "channels", s.dim(3));
        }
        if (s.rank() == 3 && s.dim(0) == 1 && grids.containsKey((long) s.dim(1))) {
            int rows = grids.get((long) s.dim(1));
            return Map.of("rows", rows, "cols", s.dim(1) / rows, "channels", s.dim(2));
        }
        return null;
    }
}
