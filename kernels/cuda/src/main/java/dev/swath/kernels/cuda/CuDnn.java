package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.CuDnnGraph.Convolution;
import dev.swath.kernels.cuda.CuDnnGraph.Direction;
import dev.swath.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions of bf16 maps by NVIDIA's cuDNN. For each its most promising plans and our own kernel are timed once, and the
 * fastest is kept; plans that would not give the same bits each time are left out.
 */
final class CuDnn implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(CuDnn.class.getName());
    private static final int CANDIDATES = 8;
    private static final int CHANNELS = 8;
    private static final String OWN = "own";

    private final CudaBackend owner;
    private final cudnnContext library = new cudnnContext();
    private final Choices choices;
    private final Map<Convolution, Entry> entries = new HashMap<>();
    private boolean alone;
    private long convolved;

    /** For a backend whose machine has the library. */
    CuDnn(CudaBackend owner) {
        this.owner = owner;
        owner.gpu().enter();
        CuDnnDescriptor.check(cudnn.cudnnCreate(library), "opening the library");
        choices =
                new Choices(KernelCache.open(), "convolutions", owner.gpu().name(), "cudnn " + cudnn.cudnnGetVersion());
    }

    /** What was chosen for one convolution. */
    private static final class Entry {
        private final List<CuDnnGraph> graphs = new ArrayList<>(1);
        private @Nullable CuDnnPlan chosen;
        private @Nullable CuDnnPlan untimed;
        private boolean own;

        void close() {
            if (chosen != null) {
                chosen.close();
            }
            if (untimed != null) {
                untimed.close();
            }
            graphs.forEach(CuDnnGraph::close);
        }
    }

    /** Does the work by a plan, what goes before and after it included. */
    @FunctionalInterface
    interface Way {
        void run(Run plan, Slice place, Scratch scratch);
    }

    /** One plan, as a way calls it. */
    final class Run {
        private final CuDnnPlan plan;
        private final CudaExecution on;

        private Run(CuDnnPlan plan, CudaExecution on) {
            this.plan = plan;
            this.on = on;
        }

        /** The type of the result: the gradient of a weight may be f32 or bf16. */
        DType result() {
            return plan.result();
        }

        /** Maps with neighbouring channels, and the weight as (O, tap, I); one of the three is written. */
        void convolve(Slice x, Slice w, Slice y, @Nullable Slice bias) {
            synchronized (CuDnn.this) {
                convolved++;
                plan.run(library, x, w, y, bias, on);
            }
        }
    }

    /** Leaves our own kernel out wherever the library has a plan, and what was kept; for tests of the library. */
    synchronized void serveAlone() {
        alone = true;
    }

    /** How often a plan was run. */
    synchronized long convolved() {
        return convolved;
    }

    /** What the library is asked to do for y = f(conv(x) + bias), or null where it cannot. */
    static @Nullable Convolution forward(Slice y, @Nullable Slice bias, Activation f, Geometry g) {
        boolean can = f == Activation.IDENTITY || f == Activation.RELU;
        return can && serves(g, y) && (bias == null || Products.aligned(bias))
                ? new Convolution(
                        Direction.FORWARD,
                        g,
                        DType.BF16,
                        bias == null ? null : bias.storage().dtype(),
                        f == Activation.RELU)
                : null;
    }

    /** The same for the gradient of the input. */
    static @Nullable Convolution input(Slice dx, Geometry g) {
        return serves(g, dx) ? new Convolution(Direction.INPUT, g, DType.BF16, null, false) : null;
    }

    /** The same for the gradient of the weight. */
    static @Nullable Convolution weight(Geometry g, Slice dy, Slice x) {
        return serves(g, dy, x) ? new Convolution(Direction.WEIGHT, g, DType.F32, null, false) : null;
    }

    private static boolean serves(Geometry g, Slice... maps) {
        boolean can = g.groups() == 1 && g.in() % CHANNELS == 0 && g.out() % CHANNELS == 0;
        for (Slice map : maps) {
            can &= map.storage().dtype() == DType.BF16 && Products.aligned(map);
        }
        return can;
    }

    /**
     * Does it by the library or, where that is faster, by our own kernel.
     *
     * @param to where the result goes, which has so many elements
     * @param way does it by the library, with the result in the given place
     * @param own does it by our own kernel, likewise
     */
    void run(Convolution what, Slice to, long elements, Way way, BiConsumer<Slice, Scratch> own, CudaExecution on) {
        Entry entry = entry(what);
        if (!entry.own && entry.chosen == null) {
            choose(what, entry, to.storage().dtype(), elements, way, own, on);
        }
        CuDnnPlan plan = entry.chosen != null ? entry.chosen : entry.untimed;
        if (entry.own || plan == null) {
            own(own, to, on);
        } else {
            library(way, plan, to, on);
        }
    }

    private synchronized Entry entry(Convolution what) {
        return entries.computeIfAbsent(what, _ -> new Entry());
    }

    /** Takes the choice that was kept, or times; while work is recorded nothing can be timed, and the first plan serves. */
    private synchronized void choose(
            Convolution what,
            Entry entry,
            DType type,
            long elements,
            Way way,
            BiConsumer<Slice, Scratch> own,
            CudaExecution on) {
        String work = what.text();
        String kept = alone ? null : choices.get(work);
        boolean recording = owner.gpu().isRecording();
        if (OWN.equals(kept)) {
            entry.own = true;
            return;
        }
        if (recording && entry.untimed != null) {
            return;
        }
        List<CuDnnPlan> plans;
        try {
            owner.gpu().enter();
            entry.chosen = kept == null ? null : restored(what, entry, kept);
            if (entry.chosen != null) {
                return;
            }
            plans = plans(what, entry, recording ? 1 : CANDIDATES);
        } catch (CudaException e) {
            System.Logger.Level level =
                    CuDnnDescriptor.cannot(e.status()) ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
            LOGGER.log(level, "{0}: {1}; our own kernel does it", work, e.getMessage());
            plans = List.of();
        }
        if (plans.isEmpty()) {
            entry.own = true;
            return;
        }
        if (recording) {
            entry.untimed = plans.removeFirst();
            plans.forEach(CuDnnPlan::close);
            return;
        }
        try {
            int best = fastest(plans, type, elements, way, own, on);
            entry.own = best < 0 || best == plans.size();
            entry.chosen = entry.own ? null : plans.get(best);
        } finally {
            owner.gpu().synchronize();
            for (CuDnnPlan plan : plans) {
                if (plan != entry.chosen) {
                    plan.close();
                }
            }
        }
        if (!alone) {
            choices.put(work, entry.own ? OWN : entry.chosen.result() + " " + entry.chosen.name());
        }
    }

    /** Index of the fastest plan; their number for our own kernel, -1 if none works. */
    private int fastest(
            List<CuDnnPlan> plans,
            DType type,
            long elements,
            Way way,
            BiConsumer<Slice, Scratch> own,
            CudaExecution on) {
        try (Scratch scratch = new Scratch(on)) {
            // The trials write to a place of their own: a gradient is added to.
            Slice place = scratch.take(type, elements);
            List<Runnable> ways = new ArrayList<>();
            for (CuDnnPlan plan : plans) {
                ways.add(() -> trial(way, plan, place, on));
            }
            if (!alone) {
                ways.add(() -> own(own, place, on));
            }
            return Choices.fastest(ways, on);
        }
    }

    /** Does it by our own kernel. */
    static void own(BiConsumer<Slice, Scratch> own, Slice place, CudaExecution on) {
        try (Scratch scratch = new Scratch(on)) {
            own.accept(place, scratch);
        }
    }

    private void library(Way way, CuDnnPlan plan, Slice place, CudaExecution on) {
        try (Scratch scratch = new Scratch(on)) {
            way.run(new Run(plan, on), place, scratch);
        }
    }

    private void trial(Way way, CuDnnPlan plan, Slice place, CudaExecution on) {
        try {
            library(way, plan, place, on);
        } catch (CudaException e) {
            throw new Choices.RefusedException(e.getMessage());
        }
    }

    /** The plan of that name, or null if the library does not propose it any more. */
    private @Nullable CuDnnPlan restored(Convolution what, Entry entry, String kept) {
        for (Convolution c : variants(what)) {
            String begin = c.result() + " ";
            if (kept.startsWith(begin)) {
                return graph(c, entry).plan(kept.substring(begin.length()));
            }
        }
        return null;
    }

    /** Plans of all variants, an equal share of each. */
    private List<CuDnnPlan> plans(Convolution what, Entry entry, int most) {
        List<Convolution> variants = variants(what);
        List<CuDnnPlan> plans = new ArrayList<>();
        CudaException failure = null;
        for (Convolution c : variants) {
            try {
                plans.addAll(graph(c, entry).plans(Math.max(1, most / variants.size())));
            } catch (CudaException e) {
                failure = e;
            }
        }
        if (failure != null && plans.isEmpty()) {
            throw failure;
        }
        return plans;
    }

    /** A gradient of a weight may come in f32 or rounded: few of the library's kernels give f32. */
    private static List<Convolution> variants(Convolution what) {
        return what.direction() == Direction.WEIGHT
                ? List.of(what, new Convolution(what.direction(), what.g(), DType.BF16, null, false))
                : List.of(what);
    }

    private CuDnnGraph graph(Convolution what, Entry entry) {
        for (CuDnnGraph graph : entry.graphs) {
            if (graph.what().equals(what)) {
                return graph;
            }
        }
        CuDnnGraph graph = new CuDnnGraph(library, what);
        entry.graphs.add(graph);
        return graph;
    }

    @Override
    public synchronized void close() {
        entries.values().forEach(Entry::close);
        entries.clear();
        cudnn.cudnnDestroy(library);
    }
}
