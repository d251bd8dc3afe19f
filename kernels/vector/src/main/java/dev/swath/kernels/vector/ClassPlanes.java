package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import dev.swath.kernels.ScratchArrays;
import dev.swath.kernels.Slice;
import dev.swath.tensor.HostStorage;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * A block of pixels of channels-last logits, copied apart so that neighbouring lanes are neighbouring pixels: a plane of
 * logits for each class, and one each for what a pixel has once. The last vector is filled up with pixels of no class.
 */
final class ClassPlanes implements AutoCloseable {
    /** Numbers that {@link #sums} adds to. */
    static final int SUMS = 4;

    /** Of them, the sum of p over the pixels of the class. */
    static final int BOTH = 0;

    /** The sum of p over all pixels. */
    static final int PREDICTED = 1;

    /** The pixels of the class. */
    static final int THERE = 2;

    /** The sum of -log p over the pixels of the class. */
    static final int SURPRISE = 3;

    /** A product of so many factors 2 is far from overflow in f32, and that of all lanes in f64. */
    private static final int DOUBLINGS = Math.min(60, 960 / LENGTH);

    /** Pixels of a whole block. */
    final int capacity;

    private final ScratchArrays arrays;
    private final int classes;
    private final float[] a;
    private final int truth;
    private final int chosen;
    private final int greatest;
    private final int rest;
    private final int scale;
    private final int lanes;
    private int count;

    /** For that number of classes. */
    ClassPlanes(int classes, ScratchArrays arrays) {
        this.arrays = arrays;
        this.classes = classes;
        capacity = pixels(classes);
        truth = classes * capacity; // the target
        chosen = truth + capacity; // its logit
        greatest = chosen + capacity; // the greatest logit
        rest = greatest + capacity; // the sum of the exponentials, less 1
        scale = rest + capacity; // 1 by that sum
        lanes = scale + capacity;
        a = arrays.take(lanes + (SUMS + 1) * LENGTH);
    }

    /** Pixels of a whole block: as many as keep the product of the sums of their exponentials finite. */
    static int pixels(int classes) {
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(classes - 1));
        return Math.max(1, DOUBLINGS / bits) * LENGTH;
    }

    /** Loads pixels from number {@code pixel} on. */
    void gather(Slice logits, Slice target, int pixel, int count) {
        this.count = count;
        float[] x = logits.floats();
        int from = logits.offset() + pixel * classes;
        for (int k = 0; k < classes; k++) {
            apart(a, k * capacity, x, from + k, classes, count);
        }
        if (target.storage() instanceof HostStorage.Longs longs) {
            targets(longs.array(), target.offset() + pixel);
        } else {
            for (int i = 0; i < count; i++) {
                a[truth + i] = target.getLong(pixel + i);
            }
        }
        for (int i = 0; i < count; i++) {
            a[chosen + i] = x[from + i * classes + (int) a[truth + i]];
        }
        int padded = Heads.padded(count);
        for (int plane = 0; plane < truth; plane += capacity) {
            Arrays.fill(a, plane + count, plane + padded, 0f);
        }
        Arrays.fill(a, truth + count, truth + padded, -1f);
        Arrays.fill(a, chosen + count, chosen + padded, 0f);
    }

    private static void apart(float[] a, int a0, float[] x, int x0, int step, int n) {
        for (int i = 0; i < n; i++) {
            a[a0 + i] = x[x0 + i * step];
        }
    }

    private void targets(long[] target, int from) {
        for (int i = 0; i < count; i++) {
            a[truth + i] = target[from + i];
        }
    }

    /** Writes the gradients that stand in the planes of the classes. */
    void scatter(Slice dLogits, int pixel) {
        float[] y = dLogits.floats();
        int to = dLogits.offset() + pixel * classes;
        for (int k = 0; k < classes; k++) {
            together(y, to + k, classes, a, k * capacity, count);
        }
    }

    private static void together(float[] y, int y0, int step, float[] a, int a0, int n) {
        for (int i = 0; i < n; i++) {
            y[y0 + i * step] = a[a0 + i];
        }
    }

    /** Turns logits x into exp(x - max). */
    void exponentials() {
        exponentials(a, classes, capacity, count, greatest, rest, scale);
        Arrays.fill(a, scale + count, scale + Heads.padded(count), 0f); // what fills up has no probability
    }

    private static void exponentials(float[] a, int classes, int plane, int n, int greatest, int rest, int scale) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector max = FloatVector.fromArray(SPECIES, a, i);
            for (int k = 1; k < classes; k++) {
                max = Lanes.max(max, FloatVector.fromArray(SPECIES, a, k * plane + i));
            }
            max.intoArray(a, greatest + i);
            // The sum of all, and less one of those that are exactly 1: for each that is, 0 is added here and 1 there.
            FloatVector small = FloatVector.zero(SPECIES);
            FloatVector ones = FloatVector.broadcast(SPECIES, -1f);
            for (int k = 0; k < classes; k++) {
                FloatVector x = FloatVector.fromArray(SPECIES, a, k * plane + i);
                FloatVector e = VectorMath.expFlushed(x.sub(max));
                e.intoArray(a, k * plane + i);
                VectorMask<Float> top = x.compare(VectorOperators.EQ, max);
                small = small.add(e.blend(e.sub(1f), top));
                ones = ones.blend(ones.add(1f), top);
            }
            FloatVector r = small.add(ones);
            r.intoArray(a, rest + i);
            FloatVector.broadcast(SPECIES, 1f).div(r.add(1f)).intoArray(a, scale + i);
        }
    }

    /** Adds what {@link #BOTH} and its neighbours say of class k, after {@link #exponentials}, to {@code sums[at]} and on. */
    void sums(double[] sums, int at, int k) {
        sums(a, k * capacity, k, count, truth, chosen, greatest, rest, scale, lanes);
        for (int s = 0; s < SUMS; s++) {
            for (int lane = 0; lane < LENGTH; lane++) {
                sums[at + s] += a[lanes + s * LENGTH + lane];
            }
        }
        double product = 0; // less 1
        for (int lane = 0; lane < LENGTH; lane++) {
            double factor = a[lanes + SUMS * LENGTH + lane];
            product += factor + product * factor;
        }
        sums[at + SURPRISE] += Math.log1p(product);
    }

    private static void sums(
            float[] a, int plane, float k, int n, int truth, int chosen, int greatest, int rest, int scale, int lanes) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector both = FloatVector.zero(SPECIES);
        FloatVector predicted = FloatVector.zero(SPECIES);
        FloatVector there = FloatVector.zero(SPECIES);
        FloatVector surprise = FloatVector.zero(SPECIES);
        FloatVector product = FloatVector.zero(SPECIES); // less 1
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> hit = FloatVector.fromArray(SPECIES, a, truth + i).compare(VectorOperators.EQ, k);
            FloatVector p =
                    FloatVector.fromArray(SPECIES, a, plane + i).mul(FloatVector.fromArray(SPECIES, a, scale + i));
            predicted = predicted.add(p);
            both = both.add(zero.blend(p, hit));
            there = there.add(zero.blend(1f, hit));
            FloatVector below =
                    FloatVector.fromArray(SPECIES, a, greatest + i).sub(FloatVector.fromArray(SPECIES, a, chosen + i));
            surprise = surprise.add(zero.blend(below, hit));
            FloatVector r = zero.blend(FloatVector.fromArray(SPECIES, a, rest + i), hit);
            product = fma(product, r, product.add(r));
        }
        both.intoArray(a, lanes + BOTH * LENGTH);
        predicted.intoArray(a, lanes + PREDICTED * LENGTH);
        there.intoArray(a, lanes + THERE * LENGTH);
        surprise.intoArray(a, lanes + SURPRISE * LENGTH);
        product.intoArray(a, lanes + SUMS * LENGTH);
    }

    /**
     * Turns exponentials into gradients of the logits.
     *
     * @param entropy what the cross entropy of a pixel of each class counts
     * @param outside dice's slope for each class from {@code first} on, at pixels of another class
     * @param inside and at pixels of that class
     */
    void gradients(float[] entropy, float[] outside, float[] inside, int first) {
        // These planes are not needed any more.
        int mean = chosen;
        int others = greatest;
        int weight = rest;
        Arrays.fill(a, mean, mean + capacity, 0f);
        Arrays.fill(a, others, others + capacity, 0f);
        for (int k = 0; k < classes; k++) {
            float out = outside[first + k];
            float in = inside[first + k];
            meet(a, k * capacity, k, count, truth, scale, mean, others, weight, entropy[k], out, in);
        }
        for (int k = 0; k < classes; k++) {
            float out = outside[first + k];
            float in = inside[first + k];
            gradient(a, k * capacity, k, count, truth, mean, others, weight, out, in);
        }
    }

    /**
     * Turns exponentials of class k into p, and adds what it has to a pixel's sum of p slope, and less the p of all classes
     * but its own; a class of its own gives its weight. A loop a class: vectors that one class hands to the next would be
     * boxed.
     */
    private static void meet(
            float[] a,
            int plane,
            float k,
            int n,
            int truth,
            int scale,
            int mean,
            int others,
            int weight,
            float entropy,
            float outside,
            float inside) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> hit = FloatVector.fromArray(SPECIES, a, truth + i).compare(VectorOperators.EQ, k);
            FloatVector p =
                    FloatVector.fromArray(SPECIES, a, plane + i).mul(FloatVector.fromArray(SPECIES, a, scale + i));
            p.intoArray(a, plane + i);
            FloatVector slope = FloatVector.broadcast(SPECIES, outside).blend(inside, hit);
            fma(p, slope, FloatVector.fromArray(SPECIES, a, mean + i)).intoArray(a, mean + i);
            FloatVector.fromArray(SPECIES, a, others + i).sub(p.blend(0f, hit)).intoArray(a, others + i);
            FloatVector.fromArray(SPECIES, a, weight + i).blend(entropy, hit).intoArray(a, weight + i);
        }
    }

    /** With t the target: dx = w[t] (p - [k = t]) + p (slope - sum(p slope)). */
    private static void gradient(
            float[] a,
            int plane,
            float k,
            int n,
            int truth,
            int mean,
            int others,
            int weight,
            float outside,
            float inside) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> hit = FloatVector.fromArray(SPECIES, a, truth + i).compare(VectorOperators.EQ, k);
            FloatVector p = FloatVector.fromArray(SPECIES, a, plane + i);
            FloatVector slope = FloatVector.broadcast(SPECIES, outside).blend(inside, hit);
            FloatVector dice = p.mul(slope.sub(FloatVector.fromArray(SPECIES, a, mean + i)));
            // p - 1 as what the others have, which keeps its digits where p is near 1
            FloatVector difference = p.blend(FloatVector.fromArray(SPECIES, a, others + i), hit);
            fma(FloatVector.fromArray(SPECIES, a, weight + i), difference, dice).intoArray(a, plane + i);
        }
    }

    @Override
    public void close() {
        arrays.give(a);
    }
}
