package dev.swath.autograd;

import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what one op's backward gives into the gradients of its inputs. */
final class GradientSink implements Gradients {
    private final Tape tape;
    private final List<Var> inputs;
    private final @Nullable Tensor[] overwritten;

    GradientSink(Tape tape, List<Var> inputs) {
        this.tape = tape;
        this.inputs = inputs;
        this.overwritten = new Tensor[inputs.size()];
    }

    @Override
    public boolean wants(int i) {
        return inputs.get(i).requiresGrad();
    }

    @Override
    public Tensor overwrite(int i) {
        Var input = inputs.get(i);
        Tensor fresh = tape.allocate(input.dtype(), input.shape());
        overwritten[i] = fresh;
        return fresh;
    }

    @Override
    public Tensor accumulate(int i) {
        Var input = inputs.get(i);
        Tensor grad = input.grad();
        if (grad == null) {
            grad = tape.allocate(input.dtype(), input.shape());
            tape.kernel(CopyKernel.class, input.dtype()).fill(Slice.of(grad), 0, grad.elements(), tape.parallelism());
            input.setGrad(grad);
        }
        return grad;
    }

    @Override
    public void add(int i, Tensor gradient) {
        Var input = inputs.get(i);
        if (!input.requiresGrad()) {
            return;
        }
        Tensor grad = input.grad();
        if (grad == null) {
            grad = tape.allocate(input.dtype(), input.shape());
            grad.copyFrom(gradient);
            input.setGrad(grad);
        } else {
            Tensor dense = gradient.contiguous();
            int[] n = {Math.toIntExact(grad.elements())};
            long[] unit = {1};
            tape.kernel(BinaryKernel.class, grad.dtype())
                    .forward(
                            Slice.of(grad),
                            Slice.of(grad),
                            unit,
                            Slice.of(dense),
                            unit,
                            BinaryKernel.Function.ADD,
                            n,
                            tape.parallelism());
        }
    }

    /** Moves what was overwritten to where it belongs. */
    void finish() {
        for (int i = 0; i < overwritten.length; i++) {
            Tensor fresh = overwritten[i];
            if (fresh == null || !inputs.get(i).requiresGrad()) {
                continue;
            }
            if (inputs.get(i).grad() == null) {
                inputs.get(i).setGrad(fresh);
            } else {
                add(i, fresh);
            }
        }
    }
}
