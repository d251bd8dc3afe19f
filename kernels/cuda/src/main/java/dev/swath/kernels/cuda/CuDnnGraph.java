package dev.swath.kernels.cuda;

import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.jspecify.annotations.Nullable;

/** One convolution as a graph of cuDNN's, and the plans by which the library would compute it; it outlives them. */
final class CuDnnGraph implements AutoCloseable {
    /** What of a convolution is computed. */
    enum Direction {
        FORWARD,
        INPUT,
        WEIGHT
    }

    /**
     * A convolution of bf16 maps with sums in f32.
     *
     * @param result what is written: bf16, for the gradient of the weight f32 too
     * @param bias its type, or null for none
     * @param relu whether that is behind it
     */
    record Convolution(
            Direction direction,
            Geometry g,
            DType result,
            @Nullable DType bias,
            boolean relu) {
        /** As words of a file. */
        String text() {
            return String.join(
                    " ",
                    direction.name().toLowerCase(Locale.ROOT),
                    g.batch() + "x" + g.height() + "x" + g.width(),
                    g.in() + ">" + g.out(),
                    "k" + g.kernel() + " s" + g.stride() + " p" + g.padding() + " d" + g.dilation(),
                    result + (bias == null ? "" : " " + bias + " bias") + (relu ? " relu" : ""));
        }
    }

    /** Names of the tensors in a graph. */
    static final long X = 1;

    static final long W = 2;
    static final long Y = 3;
    static final long BIAS = 4;
    private static final long SUM = 5;
    private static final long BIASED = 6;

    private static final long ALIGNMENT = 16;
    private static final int[] MODES = {cudnn.CUDNN_HEUR_MODE_A, cudnn.CUDNN_HEUR_MODE_B};
    private static final int MOST_PROPOSALS = 24;
    private static final int FROM_EACH_MODE = 5;
    private static final int MOST_KNOBS = 64;
    private static final long MOST_WORKSPACE = 256L << 20;

    /** Other bits from run to run, or sums that are no longer those of the products. */
    private static final List<Integer> UNWANTED = List.of(
            cudnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC,
            cudnn.CUDNN_NUMERICAL_NOTE_FFT,
            cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD,
            cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4,
            cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6,
            cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13);

    private final cudnnContext library;
    private final Convolution what;
    private final CuDnnDescriptor.Group group = new CuDnnDescriptor.Group();
    private final @Nullable CuDnnDescriptor graph;
    private @Nullable Map<String, CuDnnDescriptor> proposals;

    CuDnnGraph(cudnnContext library, Convolution what) {
        this.library = library;
        this.what = what;
        try {
            CuDnnDescriptor all = group.add(cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, "a graph")
                    .of(cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS, operations())
                    .library(cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE, library);
            this.graph = all.canFinish() ? all : null;
        } catch (RuntimeException e) {
            group.close();
            throw e;
        }
    }

    /** What it computes. */
    Convolution what() {
        return what;
    }

    private List<CuDnnDescriptor> operations() {
        Geometry g = what.g;
        CuDnnDescriptor x = map(X, DType.BF16, g.in(), g.height(), g.width(), false);
        CuDnnDescriptor y = map(Y, DType.BF16, g.out(), g.outHeight(), g.outWidth(), false);
        CuDnnDescriptor w = weight(what.direction == Direction.WEIGHT ? what.result : DType.BF16);
        return switch (what.direction) {
            case FORWARD -> forward(x, w, y);
            case INPUT ->
                List.of(operation(
                                cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                                cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                                cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                                cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA)
                        .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, x)
                        .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, w)
                        .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, y)
                        .finish());
            case WEIGHT ->
                List.of(operation(
                                cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                                cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                                cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                                cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA)
                        .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, x)
                        .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, w)
                        .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, y)
                        .finish());
        };
    }

    /** y = relu(conv(x, w) + bias) with what is wanted of it; between the operations there are f32 that never are in memory. */
    private List<CuDnnDescriptor> forward(CuDnnDescriptor x, CuDnnDescriptor w, CuDnnDescriptor y) {
        Geometry g = what.g;
        boolean biased = what.bias != null;
        CuDnnDescriptor sum = biased || what.relu ? map(SUM, DType.F32, g.out(), g.outHeight(), g.outWidth(), true) : y;
        CuDnnDescriptor before =
                biased ? what.relu ? map(BIASED, DType.F32, g.out(), g.outHeight(), g.outWidth(), true) : y : sum;
        List<CuDnnDescriptor> all = new ArrayList<>();
        all.add(operation(
                        cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                        cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                        cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                        cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA)
                .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x)
                .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w)
                .of(cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, sum)
                .finish());
        if (biased) {
            CuDnnDescriptor bias = tensor(
                            BIAS, what.bias, new long[] {1, g.out(), 1, 1}, new long[] {g.out(), 1, g.out(), g.out()})
                    .finish();
            CuDnnDescriptor add = pointwise(cudnn.CUDNN_POINTWISE_ADD).finish();
            all.add(pointwise(add, sum, before)
                    .of(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC, bias)
                    .f32(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, 1)
                    .finish());
        }
        if (what.relu) {
            CuDnnDescriptor relu = pointwise(cudnn.CUDNN_POINTWISE_RELU_FWD)
                    .f64(cudnn.CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP, 0)
                    .f64(cudnn.CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, Float.MAX_VALUE)
                    .f64(cudnn.CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, 0)
                    .finish();
            all.add(pointwise(relu, before, y).finish());
        }
        return all;
    }

    private CuDnnDescriptor operation(int kind, int convolution, int alpha, int beta) {
        return group.add(kind, "an operation")
                .of(convolution, convolution())
                .f32(alpha, 1)
                .f32(beta, 0);
    }

    private CuDnnDescriptor convolution() {
        Geometry g = what.g;
        return group.add(cudnn.CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, "a convolution")
                .choice(cudnn.CUDNN_ATTR_CONVOLUTION_COMP_TYPE, cudnn.CUDNN_TYPE_DATA_TYPE, cudnn.CUDNN_DATA_FLOAT)
                .choice(
                        cudnn.CUDNN_ATTR_CONVOLUTION_CONV_MODE,
                        cudnn.CUDNN_TYPE_CONVOLUTION_MODE,
                        cudnn.CUDNN_CROSS_CORRELATION)
                .numbers(cudnn.CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2)
                .numbers(cudnn.CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, g.padding(), g.padding())
                .numbers(cudnn.CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, g.padding(), g.padding())
                .numbers(cudnn.CUDNN_ATTR_CONVOLUTION_DILATIONS, g.dilation(), g.dilation())
                .numbers(cudnn.CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, g.stride(), g.stride())
                .finish();
    }

    private CuDnnDescriptor pointwise(int mode) {
        return group.add(cudnn.CUDNN_BACKEND_POINTWISE_DESCRIPTOR, "a function")
                .choice(cudnn.CUDNN_ATTR_POINTWISE_MODE, cudnn.CUDNN_TYPE_POINTWISE_MODE, mode)
                .choice(cudnn.CUDNN_ATTR_POINTWISE_MATH_PREC, cudnn.CUDNN_TYPE_DATA_TYPE, cudnn.CUDNN_DATA_FLOAT);
    }

    private CuDnnDescriptor pointwise(CuDnnDescriptor f, CuDnnDescriptor from, CuDnnDescriptor to) {
        return group.add(cudnn.CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR, "an operation")
                .of(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, f)
                .of(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from)
                .of(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to)
                .f32(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 1);
    }

    /** The library names channels before height and width; where they lie is said by the strides. */
    private CuDnnDescriptor map(long name, DType type, long channels, long height, long width, boolean isVirtual) {
        CuDnnDescriptor d = tensor(name, type, new long[] {what.g.batch(), channels, height, width}, new long[] {
            height * width * channels, 1, width * channels, channels
        });
        if (isVirtual) {
            d.yes(cudnn.CUDNN_ATTR_TENSOR_IS_VIRTUAL);
        }
        return d.finish();
    }

    /** (O, tap, I) in memory, for each direction. */
    private CuDnnDescriptor weight(DType type) {
        long k = what.g.kernel();
        long in = what.g.in();
        return tensor(W, type, new long[] {what.g.out(), in, k, k}, new long[] {k * k * in, 1, k * in, in})
                .finish();
    }

    private CuDnnDescriptor tensor(long name, DType type, long[] dims, long[] strides) {
        int bf16 = cudnn.CUDNN_DATA_BFLOAT16;
        return group.add(cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR, "a tensor")
                .choice(
                        cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE,
                        cudnn.CUDNN_TYPE_DATA_TYPE,
                        type == DType.BF16 ? bf16 : cudnn.CUDNN_DATA_FLOAT)
                .numbers(cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS, dims)
                .numbers(cudnn.CUDNN_ATTR_TENSOR_STRIDES, strides)
                .numbers(cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID, name)
                .numbers(cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT);
    }

    /** The library's proposals, the most promising first, at most so many; none where it cannot do it. */
    List<CuDnnPlan> plans(int most) {
        List<CuDnnPlan> plans = new ArrayList<>();
        try {
            for (Map.Entry<String, CuDnnDescriptor> e : proposals().entrySet()) {
                CuDnnPlan plan = plans.size() < most ? plan(e.getKey(), e.getValue()) : null;
                if (plan != null) {
                    plans.add(plan);
                }
            }
            return plans;
        } catch (RuntimeException e) {
            plans.forEach(CuDnnPlan::close);
            throw e;
        }
    }

    /** The plan that was called so, or null if the library does not propose it any more. */
    @Nullable
    CuDnnPlan plan(String name) {
        CuDnnDescriptor proposal = proposals().get(name);
        return proposal == null ? null : plan(name, proposal);
    }

    /** Proposals by name, as both ways to guess give them; where one fails the other may do. */
    private Map<String, CuDnnDescriptor> proposals() {
        if (proposals == null) {
            Map<String, CuDnnDescriptor> all = new LinkedHashMap<>();
            CudaException failure = null;
            for (int mode : graph == null ? new int[0] : MODES) {
                try {
                    propose(graph, mode, all);
                } catch (CudaException e) {
                    failure = e;
                }
            }
            if (failure != null && all.isEmpty()) {
                throw failure;
            }
            proposals = all;
        }
        return proposals;
    }

    private void propose(CuDnnDescriptor graph, int mode, Map<String, CuDnnDescriptor> all) {
        CuDnnDescriptor heuristic = group.add(cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, "a choice of engines")
                .of(cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
                .choice(cudnn.CUDNN_ATTR_ENGINEHEUR_MODE, cudnn.CUDNN_TYPE_HEUR_MODE, mode);
        synchronized (CuDnnGraph.class) { // One at a time, in all the process.
            if (!heuristic.canFinish()) {
                return;
            }
        }
        long count = heuristic.count(cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR);
        List<CuDnnDescriptor> found = several(
                group,
                Math.min(count, MOST_PROPOSALS),
                cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
                "an engine's settings");
        int filled = found.isEmpty() ? 0 : heuristic.others(cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS, found);
        int taken = 0;
        for (int i = 0; i < filled && taken < FROM_EACH_MODE; i++) {
            CuDnnDescriptor engine = group.add(cudnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR, "an engine");
            if (found.get(i).others(cudnn.CUDNN_ATTR_ENGINECFG_ENGINE, List.of(engine)) == 1 && isWanted(engine)) {
                taken += all.putIfAbsent(name(engine, found.get(i)), found.get(i)) == null ? 1 : 0;
            }
        }
    }

    private static List<CuDnnDescriptor> several(CuDnnDescriptor.Group group, long n, int kind, String what) {
        return LongStream.range(0, n).mapToObj(_ -> group.add(kind, what)).toList();
    }

    private static boolean isWanted(CuDnnDescriptor engine) {
        int[] notes = engine.choices(
                cudnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                cudnn.CUDNN_TYPE_NUMERICAL_NOTE,
                cudnn.CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
        return IntStream.of(notes).noneMatch(UNWANTED::contains);
    }

    /** Engine and settings as one word. */
    private static String name(CuDnnDescriptor engine, CuDnnDescriptor settings) {
        StringBuilder s = new StringBuilder("engine").append(engine.number(cudnn.CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
        try (CuDnnDescriptor.Group group = new CuDnnDescriptor.Group()) {
            List<CuDnnDescriptor> knobs =
                    several(group, MOST_KNOBS, cudnn.CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, "an engine's setting");
            int count = settings.others(cudnn.CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, knobs);
            for (CuDnnDescriptor knob : knobs.subList(0, count)) {
                for (int kind : knob.choices(cudnn.CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, cudnn.CUDNN_TYPE_KNOB_TYPE, 1)) {
                    s.append('_').append(kind).append(':');
                }
                s.append(knob.number(cudnn.CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE));
            }
        }
        return s.toString();
    }

    /** The plan of a proposal, or null if it cannot be had after all. */
    private @Nullable CuDnnPlan plan(String name, CuDnnDescriptor settings) {
        CuDnnDescriptor plan = new CuDnnDescriptor(cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, "a plan");
        try {
            plan.of(cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, settings)
                    .library(cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE, library)
                    .finish();
            long workspace = plan.number(cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
            if (workspace <= MOST_WORKSPACE) {
                return new CuDnnPlan(what, name, plan, workspace);
            }
        } catch (CudaException e) {
            // A proposal is a guess: whatever keeps it from being made, the next may do.
            System.getLogger(CuDnnGraph.class.getName()).log(System.Logger.Level.DEBUG, e.getMessage());
        }
        plan.close();
        return null;
    }

    @Override
    public void close() {
        group.close();
    }
}
