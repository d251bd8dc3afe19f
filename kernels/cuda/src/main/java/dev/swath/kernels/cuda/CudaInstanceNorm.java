package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.ChannelNorm.Channels;
import dev.swath.kernels.cuda.ChannelNorm.Sizes;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/** Instance norm of {@code channel_norm.cu}. */
final class CudaInstanceNorm implements InstanceNormKernel {
    /** What is kept is the reciprocal of the deviation. */
    private static final double NO_EPS = -1;

    private final ChannelNorm norm;

    CudaInstanceNorm(String types) {
        this.norm = new ChannelNorm(types);
    }

    @Override
    public void forward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            double eps,
            int batch,
            int length,
            int channels,
            Execution on) {
        CudaExecution e = CudaExecution.of(on);
        Sizes s = new Sizes(batch, length, channels);
        if (mean != null && rstd != null) {
            forward(y, mean, rstd, x, eps, s, e);
            return;
        }
        Storage kept = e.borrow(DType.F32, 2 * s.columns());
        forward(y, Slice.of(kept, 0), Slice.of(kept, s.columns()), x, eps, s, e);
        e.giveBack(kept);
    }

    private void forward(Slice y, Slice mean, Slice rstd, Slice x, double eps, Sizes s, CudaExecution e) {
        norm.moments(mean, rstd, x, eps, s, e);
        norm.forward(y, x, new Channels(mean, rstd, null, null, NO_EPS), false, s, e);
    }

    @Override
    public void backward(
            Slice dx, Slice dy, Slice x, Slice mean, Slice rstd, int batch, int length, int channels, Execution on) {
        norm.backward(
                dx,
                null,
                null,
                dy,
                x,
                new Channels(mean, rstd, null, null, NO_EPS),
                false,
                true,
                new Sizes(batch, length, channels),
                CudaExecution.of(on));
    }
}
