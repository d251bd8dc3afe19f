package dev.swath.kernels.cuda;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code adamw.cu}: all tensors in one launch, behind a small one that counts their steps. */
final class CudaAdamW implements AdamWKernel {
    private static final String FILE = "adamw";
    private static final int SLOT = 7;
    private static final int CHUNK = 3;
    private static final int STEP_FLOATS = 4;

    private final String types;
    private final Tables tables = new Tables();

    CudaAdamW(String types) {
        this.types = types;
    }

    @Override
    public void step(List<Slot> slots, Slice learningRate, Coefficients c, @Nullable Bound bound, Execution on) {
        if (slots.isEmpty()) {
            return;
        }
        CudaExecution e = CudaExecution.of(on);
        CudaBackend backend = e.backend();
        long blocks = 0;
        for (Slot s : slots) {
            blocks += Blocks.ceil(s.n(), Tables.CHUNK);
        }
        Slice table = tables.of(table(slots, Math.toIntExact(blocks), e), backend);
        Slice chunks = table.plus((long) SLOT * slots.size());
        Storage numbers = e.borrow(DType.F32, (long) STEP_FLOATS * slots.size());
        Slice steps = Slice.of(numbers, 0);
        e.launch(FILE, "adamw_steps")
                .grid(Blocks.ceil(slots.size(), Blocks.THREADS))
                .block(Blocks.THREADS)
                .untyped(steps)
                .untyped(table)
                .at(learningRate)
                .optional(bound == null ? null : bound.norm())
                .f64(bound == null ? 0 : bound.most())
                .f64(c.beta1())
                .f64(c.beta2())
                .i32(slots.size())
                .run();
        e.launch(FILE, "adamw_step_" + types)
                .grid(blocks)
                .block(Blocks.THREADS)
                .untyped(chunks)
                .untyped(table)
                .untyped(steps)
                .f32(c.beta1())
                .f32(c.beta2())
                .f32(1 - c.beta1())
                .f32(1 - c.beta2())
                .f32(c.eps())
                .run();
        e.giveBack(numbers);
    }

    /** The structures Slot and then Chunk of adamw.cu. */
    private static long[] table(List<Slot> slots, int chunks, CudaExecution e) {
        CudaBackend backend = e.backend();
        long[] t = new long[SLOT * slots.size() + CHUNK * chunks];
        int at = 0;
        int chunk = SLOT * slots.size();
        for (int i = 0; i < slots.size(); i++) {
            Slot s = slots.get(i);
            t[at++] = backend.address(s.parameter());
            t[at++] = rounded(s.parameter(), e);
            t[at++] = backend.address(s.first());
            t[at++] = backend.address(s.second());
            t[at++] = backend.address(s.gradient());
            t[at++] = backend.address(s.steps());
            t[at++] = Double.doubleToRawLongBits(s.weightDecay());
            for (long from = 0; from < s.n(); from += Tables.CHUNK) {
                t[chunk++] = i;
                t[chunk++] = from;
                t[chunk++] = Math.min(Tables.CHUNK, s.n() - from);
            }
        }
        return t;
    }

    /** Where the parameter is written rounded too, or 0. */
    private static long rounded(Slice parameter, CudaExecution e) {
        CudaStorage copy = ((CudaStorage) parameter.storage()).roundedToo(e);
        return copy == null ? 0 : e.address(Slice.of(copy, parameter.offset()));
    }
}
