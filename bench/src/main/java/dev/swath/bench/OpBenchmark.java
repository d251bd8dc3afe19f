package dev.swath.bench;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import dev.swath.testkit.OpCases;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Every op as the tape runs it, forwards and backwards, on the best processor backend, with the inputs of its {@link
 * OpCase#atWork}. Result and gradients are compared with the scalar kernels in 64-bit floats once, before anything is measured.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms4g", "-Xmx4g", "-XX:+UseParallelGC", "--add-modules=jdk.incubator.vector"})
public class OpBenchmark {
    /** Numbers below this, all of them, are what is left of terms of size 1 that cancel; errors are then measured by that size. */
    private static final double ZERO = 1e-12;

    /** The op's class. */
    @Param({
        "AdaptiveAvgPool",
        "Attention",
        "BatchNorm",
        "Binary",
        "Cast",
        "Concat",
        "Conv2d",
        "DropPath",
        "Dropout",
        "Embedding",
        "InstanceNorm",
        "LayerNorm",
        "Linear",
        "MatMul",
        "Narrow",
        "Pad",
        "PatchMerge",
        "Permute",
        "Reduce",
        "Reshape",
        "Resize",
        "Roll",
        "SegmentationLoss",
        "Softmax",
        "Unary",
        "WindowAttention"
    })
    public String op;

    /** Threads that the kernels may use. */
    @Param("1")
    public int threads;

    private final Backend backend = Backends.cpu();
    private final Workspace workspace = new Workspace(backend);
    private Parallelism parallelism;
    private OpCase.Example call;
    private List<Var> leaves;
    private Tensor cotangent;

    /** Makes the inputs and checks the result. */
    @Setup(Level.Trial)
    public void prepare() {
        parallelism = Parallelism.ofThreads(threads);
        OpCase found = OpCases.all().stream()
                .filter(c -> c.op().getSimpleName().equals(op))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no op " + op));
        call = found.atWork();
        leaves = call.inputs().stream().map(Var::leaf).toList();
        List<Var> exact =
                call.inputs().stream().map(t -> Var.leaf(t.to(DType.F64))).toList();
        Tape tape = Tape.recording(options(Tape.Options.of(new ScalarBackend()).withParallelism(parallelism)));
        Var expected = call.function().apply(tape, exact);
        Tensor got = forward();
        check("its result", expected.value(), got, found.tolerance().values());
        Tensor start = cotangent(expected.shape().dims());
        tape.backward(expected, start.to(expected.dtype()));
        cotangent = start.to(got.dtype());
        forwardAndBackward();
        for (int i = 0; i < leaves.size(); i++) {
            check(
                    "the gradient of input " + i,
                    gradient(exact.get(i)),
                    gradient(leaves.get(i)),
                    found.tolerance().gradients());
        }
    }

    /** Where the way back begins: numbers that every element type holds exactly. */
    private static Tensor cotangent(int[] dims) {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[Arrays.stream(dims).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(-127, 128) / 128f;
        }
        return Tensor.of(values, dims);
    }

    private Tensor gradient(Var leaf) {
        Tensor gradient = leaf.grad();
        if (gradient == null) {
            throw new IllegalStateException(op + " is wrong: no gradient arrived at an input");
        }
        return gradient;
    }

    private void check(String what, Tensor expected, Tensor got, double tolerance) {
        float[] wanted = expected.toFloatArray();
        double error = Errors.largest(wanted) < ZERO
                ? Errors.absolute(wanted, got.toFloatArray())
                : Errors.relative(wanted, got.toFloatArray());
        if (!(error <= tolerance)) {
            throw new IllegalStateException(op + " is wrong: error " + error + " in " + what);
        }
    }

    private Tape.Options options(Tape.Options options) {
        return call.training() ? options.withTraining(new RandomSource(1)) : options;
    }

    private Tape recording() {
        return Tape.recording(
                options(Tape.Options.of(backend).withParallelism(parallelism).withWorkspace(workspace)));
    }

    /** One call on a tape that records nothing; its memory serves the next. */
    @Benchmark
    public Tensor forward() {
        Tape tape = Tape.inference(
                options(Tape.Options.of(backend).withParallelism(parallelism).withWorkspace(workspace)));
        return tape.reading("", () -> call.function().apply(tape, leaves).value());
    }

    /** One recorded call, and the way back over it to all inputs. */
    @Benchmark
    public void forwardAndBackward() {
        leaves.forEach(Var::zeroGrad);
        Tape tape = recording();
        Var y = call.function().apply(tape, leaves);
        tape.backward(y, cotangent);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        parallelism.close();
    }
}
