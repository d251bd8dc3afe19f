package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.ChannelNorm.Channels;
import dev.swath.kernels.cuda.ChannelNorm.Sizes;
import org.jspecify.annotations.Nullable;

/** Batch norm of {@code channel_norm.cu}, with ReLU behind it or without. */
final class CudaBatchNorm implements BatchNormKernel {
    private final ChannelNorm norm;

    CudaBatchNorm(String types) {
        this.norm = new ChannelNorm(types);
    }

    @Override
    public void statistics(Slice mean, Slice variance, Slice x, int rows, int channels, Execution on) {
        norm.moments(mean, variance, x, -1, new Sizes(1, rows, channels), CudaExecution.of(on));
    }

    @Override
    public void track(
            Slice runningMean,
            Slice runningVariance,
            @Nullable Slice batches,
            Slice mean,
            Slice variance,
            double momentum,
            int rows,
            int channels,
            Execution on) {
        CudaExecution.of(on)
                .launch("channel_norm", "channel_norm_track")
                .grid(Math.max(1, Blocks.ceil(channels, Blocks.THREADS)))
                .block(Blocks.THREADS)
                .at(runningMean)
                .at(runningVariance)
                .optional(batches)
                .at(mean)
                .at(variance)
                .f32(1 - momentum)
                .f32(momentum)
                .f32(momentum * ((double) rows / (rows - 1)))
                .i32(channels)
                .run();
    }

    @Override
    public void forward(
            Slice y,
            Slice x,
            Slice mean,
            Slice variance,
            Slice weight,
            Slice bias,
            double eps,
            Activation f,
            int rows,
            int channels,
            Execution on) {
        norm.forward(
                y,
                x,
                new Channels(mean, variance, weight, bias, eps),
                f == Activation.RELU,
                new Sizes(1, rows, channels),
                CudaExecution.of(on));
    }

    @Override
    public void backward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Slice mean,
            Slice variance,
            Slice weight,
            Slice bias,
            double eps,
            Activation f,
            boolean batchStatistics,
            int rows,
            int channels,
            Execution on) {
        norm.backward(
                dx,
                dWeight,
                dBias,
                dy,
                x,
                new Channels(mean, variance, weight, bias, eps),
                f == Activation.RELU,
                batchStatistics,
                new Sizes(1, rows, channels),
                CudaExecution.of(on));
    }
}
