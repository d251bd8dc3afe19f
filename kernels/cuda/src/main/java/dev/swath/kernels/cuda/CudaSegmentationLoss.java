package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** {@code segmentation_loss.cu}: of logits as large as the map, or of smaller ones that are enlarged on the way. */
final class CudaSegmentationLoss implements SegmentationLossKernel {
    private static final String FILE = "segmentation_loss";
    private static final int MOST_CLASSES = 256;
    private static final int PIXELS_A_THREAD = 8;
    private static final int HEADER = 56;

    private final String type;

    CudaSegmentationLoss(String types) {
        this.type = Blocks.activations(types);
    }

    @Override
    public void forward(Slice loss, Slice sums, Slice logits, Slice target, Geometry g, Execution on) {
        enlargedForward(loss, sums, logits, target, g, null, on);
    }

    @Override
    public void backward(Slice dLogits, Slice dLoss, Slice sums, Slice logits, Slice target, Geometry g, Execution on) {
        enlargedBackward(dLogits, dLoss, sums, logits, target, g, null, on);
    }

    /**
     * The same of logits that are resized first.
     *
     * @param logits (B, h, w, K)
     * @param resize from h, w to the map's size, whose product is the number of pixels; null for none
     */
    void enlargedForward(
            Slice loss,
            Slice sums,
            Slice logits,
            Slice target,
            Geometry g,
            ResizeKernel.@Nullable Geometry resize,
            Execution on) {
        CudaExecution e = CudaExecution.of(on);
        int tasks = g.classes() == 2 ? 1 : g.classes();
        long most = Blocks.ceil(g.pixels(), (long) PIXELS_A_THREAD * Blocks.THREADS);
        long wanted = 4L * e.multiprocessors() / ((long) g.samples() * tasks);
        int chunks = (int) Math.max(1, Math.min(most, wanted));
        Storage parts = e.borrow(DType.F64, (long) g.samples() * chunks * (3L * g.classes() + 2));
        Slice part = Slice.of(parts, 0);
        MemorySegment sizes = structure(g, resize);
        e.launch(FILE, "segmentation_loss_sums_" + type)
                .grid((long) g.samples() * chunks * tasks)
                .block(Blocks.THREADS)
                .at(part)
                .at(logits)
                .untyped(target)
                .i32(target.storage().dtype().bytes())
                .bytes(sizes)
                .i32(chunks)
                .run();
        e.launch(FILE, "segmentation_loss_finish")
                .grid(1)
                .block(Blocks.THREADS)
                .at(loss)
                .at(sums)
                .at(part)
                .bytes(sizes)
                .i32(chunks)
                .run();
        e.giveBack(parts);
    }

    /** dLogits (=) of the logits before they were resized. */
    void enlargedBackward(
            Slice dLogits,
            Slice dLoss,
            Slice sums,
            Slice logits,
            Slice target,
            Geometry g,
            ResizeKernel.@Nullable Geometry resize,
            Execution on) {
        CudaExecution e = CudaExecution.of(on);
        long work = resize == null
                ? g.pixels()
                : (long) resize.height() * resize.width() * (g.classes() == 2 ? 1 : g.classes());
        int blocks = (int) Math.min(Blocks.ceil(work, Blocks.THREADS), 16L * e.multiprocessors());
        e.launch(FILE, "segmentation_loss_backward_" + type)
                .grid((long) g.samples() * blocks)
                .block(Blocks.THREADS)
                .at(dLogits)
                .at(dLoss)
                .at(sums)
                .at(logits)
                .untyped(target)
                .i32(target.storage().dtype().bytes())
                .bytes(structure(g, resize))
                .i32(blocks)
                .run();
    }

    /** The structure Loss of segmentation_loss.cu. */
    private static MemorySegment structure(Geometry g, ResizeKernel.@Nullable Geometry r) {
        if (g.classes() > MOST_CLASSES) {
            throw new UnsupportedOperationException("[segmentation_loss] the CUDA backend takes at most " + MOST_CLASSES
                    + " classes; got " + g.classes());
        }
        MemorySegment s = MemorySegment.ofArray(new byte[HEADER + MOST_CLASSES * Double.BYTES]);
        s.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, g.pixels());
        int[] sizes = r == null
                ? new int[] {g.samples(), g.classes()}
                : new int[] {
                    g.samples(),
                    g.classes(),
                    r.height(),
                    r.width(),
                    r.outHeight(),
                    r.outWidth(),
                    r.alignCorners() ? 1 : 0
                };
        MemorySegment.copy(sizes, 0, s, ValueLayout.JAVA_INT_UNALIGNED, 8, sizes.length);
        s.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 40, g.ce());
        s.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 48, g.dice());
        MemorySegment.copy(g.weights(), 0, s, ValueLayout.JAVA_DOUBLE_UNALIGNED, HEADER, g.weights().length);
        return s;
    }
}
