package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.Slice;

/**
 * {@code segmentation_loss}: a task is a few blocks of pixels of one sample, which are copied apart into planes, one a class,
 * that stay in the first cache ({@link ClassPlanes}). Sums over a block are f32 lane by lane and f64 from there on, added in
 * order.
 *
 * <p>With e = exp(x - max) and r the sum of e but for one term that is exactly 1, -log p[t] = log(1 + r) + max - x[t]. The
 * logarithms of a lane are taken at once, of the product of its 1 + r, of which 1 less is kept: so p near 1 lose nothing, and
 * there is a logarithm for some 900 pixels.
 *
 * <p>Bytes of a pixel: 4 K and its target's 8, backwards 4 K more. Operations of a pixel and class: about 40 either way, half
 * of them for the exponential. Bound by arithmetic, with the elements that are copied one by one about a third of it.
 */
final class VectorSegmentationLoss implements SegmentationLossKernel {
    /** What goes from forward to backward for each sample and class. */
    private static final int SUMS = 3;

    /** Blocks of one task. */
    private static final int BLOCKS = 16;

    /** Calls the body with the pixels of each task: how many, from which on. */
    private interface Pixels {
        void run(int task, int sample, int from, int to);
    }

    private static int tasks(Geometry g) {
        return Math.ceilDiv(g.pixels(), BLOCKS * ClassPlanes.pixels(g.classes()));
    }

    private static void each(Geometry g, Execution on, Pixels body) {
        int size = BLOCKS * ClassPlanes.pixels(g.classes());
        int tasks = tasks(g);
        on.forEach(g.samples() * tasks, task -> {
            int sample = task / tasks;
            int from = task % tasks * size;
            int first = sample * g.pixels();
            body.run(task, sample, first + from, first + Math.min(g.pixels(), from + size));
        });
    }

    @Override
    public void forward(Slice loss, Slice sums, Slice logits, Slice target, Geometry g, Execution on) {
        int classes = g.classes();
        int size = classes * ClassPlanes.SUMS;
        int tasks = tasks(g);
        double[] parts = new double[g.samples() * tasks * size];
        each(g, on, (task, _, from, to) -> {
            ClassPlanes planes = new ClassPlanes(classes, HostExecution.arrays(on));
            for (int pixel = from; pixel < to; pixel += planes.capacity) {
                planes.gather(logits, target, pixel, Math.min(planes.capacity, to - pixel));
                planes.exponentials();
                for (int k = 0; k < classes; k++) {
                    planes.sums(parts, task * size + k * ClassPlanes.SUMS, k);
                }
            }
            planes.close();
        });
        double entropy = 0;
        double weight = 0;
        double dice = 0;
        double[] sum = new double[ClassPlanes.SUMS];
        for (int i = 0; i < g.samples() * classes; i++) {
            int k = i % classes;
            for (int s = 0; s < sum.length; s++) {
                sum[s] = 0;
                for (int task = 0; task < tasks; task++) {
                    sum[s] += parts[(i / classes * tasks + task) * size + k * sum.length + s];
                }
            }
            double both = sum[ClassPlanes.BOTH];
            double predicted = sum[ClassPlanes.PREDICTED];
            double there = sum[ClassPlanes.THERE];
            entropy += g.weights()[k] * sum[ClassPlanes.SURPRISE];
            weight += g.weights()[k] * there;
            dice += 1 - (2 * both + SMOOTHING) / (predicted + there + SMOOTHING);
            sums.set(i * SUMS, both);
            sums.set(i * SUMS + 1, predicted);
            sums.set(i * SUMS + 2, there);
        }
        loss.set(0, g.ce() * entropy / weight + g.dice() * dice);
    }

    @Override
    public void backward(Slice dLogits, Slice dLoss, Slice sums, Slice logits, Slice target, Geometry g, Execution on) {
        int classes = g.classes();
        double weight = 0;
        for (int i = 0; i < g.samples() * classes; i++) {
            weight += g.weights()[i % classes] * sums.get(i * SUMS + 2);
        }
        float[] entropy = new float[classes];
        for (int k = 0; k < classes; k++) {
            entropy[k] = (float) (dLoss.get(0) * g.ce() * g.weights()[k] / weight);
        }
        double dice = dLoss.get(0) * g.dice();
        // d dice / dp = N / D^2 for pixels of another class and less by 2 / D for those of its own, N = 2 I + e, D = P
        // + T + e.
        float[] outside = new float[g.samples() * classes];
        float[] inside = new float[outside.length];
        for (int i = 0; i < outside.length; i++) {
            double numerator = 2 * sums.get(i * SUMS) + SMOOTHING;
            double denominator = sums.get(i * SUMS + 1) + sums.get(i * SUMS + 2) + SMOOTHING;
            double slope = dice * numerator / (denominator * denominator);
            outside[i] = (float) slope;
            inside[i] = (float) (slope - dice * 2 / denominator);
        }
        each(g, on, (_, sample, from, to) -> {
            ClassPlanes planes = new ClassPlanes(classes, HostExecution.arrays(on));
            for (int pixel = from; pixel < to; pixel += planes.capacity) {
                planes.gather(logits, target, pixel, Math.min(planes.capacity, to - pixel));
                planes.exponentials();
                planes.gradients(entropy, outside, inside, sample * classes);
                planes.scatter(dLogits, pixel);
            }
            planes.close();
        });
    }
}
