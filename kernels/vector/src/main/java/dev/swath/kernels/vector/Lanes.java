package dev.swath.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one vector width that all kernels of this process use. A static constant, because the compiler unrolls and
 * inlines only what it knows to be constant: {@code -Dswath.vector.bits=128|256|512} chooses another one, read once.
 */
final class Lanes {
    /** The species of all f32 vectors. */
    static final VectorSpecies<Float> SPECIES = species(Integer.getInteger("swath.vector.bits", 0));

    /** Its number of lanes. */
    static final int LENGTH = SPECIES.length();

    /** Whether to multiply and add in one step; {@code -Dswath.vector.fma=true|false} overrides what is found out. */
    static final boolean FMA = Boolean.parseBoolean(System.getProperty("swath.vector.fma", Boolean.toString(hasFma())));

    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(SPECIES, 8, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(SPECIES, 4, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(SPECIES, 2, 1, true);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(SPECIES, 1, 1, true);

    private Lanes() {}

    private static VectorSpecies<Float> species(int bits) {
        return bits == 0 ? FloatVector.SPECIES_PREFERRED : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    /**
     * Where the processor has no such instruction, each lane would go through {@code Math.fma} in software, which is
     * thousands of times slower. On x86 it came with the 256-bit integer vectors (AVX2); elsewhere it belongs to the base.
     */
    private static boolean hasFma() {
        String arch = System.getProperty("os.arch", "");
        boolean x86 = arch.equals("amd64") || arch.equals("x86_64");
        return !x86 || FloatVector.SPECIES_PREFERRED.vectorBitSize() > 128;
    }

    /** a b + c, in one rounding where the processor has it. */
    static FloatVector fma(FloatVector a, FloatVector b, FloatVector c) {
        return FMA ? a.fma(b, c) : a.mul(b).add(c);
    }

    /** a b + c. */
    static FloatVector fma(FloatVector a, float b, FloatVector c) {
        return FMA ? a.fma(FloatVector.broadcast(SPECIES, b), c) : a.mul(b).add(c);
    }

    /**
     * Sum of the lanes, always in the same order: {@code reduceLanes} adds in one order where it is compiled and in another
     * where it is interpreted.
     */
    static float sum(FloatVector v) {
        if (LENGTH >= 16) {
            v = v.add(v.rearrange(BY_8));
        }
        if (LENGTH >= 8) {
            v = v.add(v.rearrange(BY_4));
        }
        if (LENGTH >= 4) {
            v = v.add(v.rearrange(BY_2));
        }
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    /** The greater of two, a where either is NaN: cheaper than {@code FloatVector.max}, which orders zeros and NaN. */
    static FloatVector max(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    /**
     * The greatest lane; lanes that are NaN may be left out. Comparisons are spelled out: where rows are long, the compiler
     * deems calls in here too rare to inline them, and boxes what it passes to them.
     */
    static float max(FloatVector v) {
        if (LENGTH >= 16) {
            FloatVector w = v.rearrange(BY_8);
            v = v.blend(w, w.compare(VectorOperators.GT, v));
        }
        if (LENGTH >= 8) {
            FloatVector w = v.rearrange(BY_4);
            v = v.blend(w, w.compare(VectorOperators.GT, v));
        }
        if (LENGTH >= 4) {
            FloatVector w = v.rearrange(BY_2);
            v = v.blend(w, w.compare(VectorOperators.GT, v));
        }
        FloatVector w = v.rearrange(BY_1);
        return v.blend(w, w.compare(VectorOperators.GT, v)).lane(0);
    }
}
