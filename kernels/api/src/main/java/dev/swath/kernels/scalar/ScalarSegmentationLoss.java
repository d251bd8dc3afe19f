package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.Slice;

/** {@code segmentation_loss}, the truth. Samples are shared out among the threads. */
final class ScalarSegmentationLoss implements SegmentationLossKernel {
    private static final int SUMS = 3;

    @Override
    public void forward(Slice loss, Slice sums, Slice logits, Slice target, Geometry g, Execution on) {
        double[] weights = g.weights();
        double[] entropy = new double[g.samples()];
        double[] weight = new double[g.samples()];
        double[] dice = new double[g.samples()];
        on.forEach(g.samples(), b -> {
            double[] probabilities = new double[g.classes()];
            double[] sum = new double[g.classes() * SUMS];
            for (int i = b * g.pixels(); i < (b + 1) * g.pixels(); i++) {
                double logSum = softmax(probabilities, logits, i * g.classes());
                int t = (int) target.getLong(i);
                entropy[b] += weights[t] * (logSum - logits.get(i * g.classes() + t));
                weight[b] += weights[t];
                sum[t * SUMS] += probabilities[t];
                sum[t * SUMS + 2]++;
                for (int c = 0; c < g.classes(); c++) {
                    sum[c * SUMS + 1] += probabilities[c];
                }
            }
            for (int c = 0; c < g.classes(); c++) {
                dice[b] += 1 - (2 * sum[c * SUMS] + SMOOTHING) / (sum[c * SUMS + 1] + sum[c * SUMS + 2] + SMOOTHING);
            }
            for (int i = 0; i < sum.length; i++) {
                sums.set(b * sum.length + i, sum[i]);
            }
        });
        loss.set(0, g.ce() * total(entropy) / total(weight) + g.dice() * total(dice));
    }

    @Override
    public void backward(Slice dLogits, Slice dLoss, Slice sums, Slice logits, Slice target, Geometry g, Execution on) {
        double[] weights = g.weights();
        double weight = 0;
        for (int i = 0; i < g.samples() * g.classes(); i++) {
            weight += weights[i % g.classes()] * sums.get(i * SUMS + 2);
        }
        double ce = dLoss.get(0) * g.ce() / weight;
        double dice = dLoss.get(0) * g.dice();
        on.forEach(g.samples(), b -> {
            // d dice / d p = -(2 t D - N) / D^2 with N = 2 I + e and D = P + T + e
            double[] inside = new double[g.classes()];
            double[] outside = new double[g.classes()];
            for (int c = 0; c < g.classes(); c++) {
                int at = (b * g.classes() + c) * SUMS;
                double numerator = 2 * sums.get(at) + SMOOTHING;
                double denominator = sums.get(at + 1) + sums.get(at + 2) + SMOOTHING;
                outside[c] = dice * numerator / (denominator * denominator);
                inside[c] = outside[c] - dice * 2 / denominator;
            }
            double[] probabilities = new double[g.classes()];
            for (int i = b * g.pixels(); i < (b + 1) * g.pixels(); i++) {
                softmax(probabilities, logits, i * g.classes());
                int t = (int) target.getLong(i);
                double mean = 0;
                for (int c = 0; c < g.classes(); c++) {
                    mean += probabilities[c] * (c == t ? inside[c] : outside[c]);
                }
                for (int c = 0; c < g.classes(); c++) {
                    double slope = c == t ? inside[c] : outside[c];
                    double d = ce * weights[t] * (probabilities[c] - (c == t ? 1 : 0));
                    dLogits.set(i * g.classes() + c, d + probabilities[c] * (slope - mean));
                }
            }
        });
    }

    /** The probabilities of one pixel; returns the logarithm of the sum of the exponentials. */
    private static double softmax(double[] probabilities, Slice logits, int at) {
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < probabilities.length; c++) {
            max = Math.max(max, logits.get(at + c));
        }
        double sum = 0;
        for (int c = 0; c < probabilities.length; c++) {
            probabilities[c] = Math.exp(logits.get(at + c) - max);
            sum += probabilities[c];
        }
        for (int c = 0; c < probabilities.length; c++) {
            probabilities[c] /= sum;
        }
        return max + Math.log(sum);
    }

    private static double total(double[] parts) {
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        return sum;
    }
}
