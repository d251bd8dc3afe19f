package dev.swath.testkit;

import dev.swath.testkit.cases.AdaptiveAvgPoolCase;
import dev.swath.testkit.cases.AttentionCase;
import dev.swath.testkit.cases.BatchNormCase;
import dev.swath.testkit.cases.BinaryCase;
import dev.swath.testkit.cases.CastCase;
import dev.swath.testkit.cases.ConcatCase;
import dev.swath.testkit.cases.Conv2dCase;
import dev.swath.testkit.cases.DropPathCase;
import dev.swath.testkit.cases.DropoutCase;
import dev.swath.testkit.cases.EmbeddingCase;
import dev.swath.testkit.cases.InstanceNormCase;
import dev.swath.testkit.cases.LayerNormCase;
import dev.swath.testkit.cases.LinearCase;
import dev.swath.testkit.cases.MatMulCase;
import dev.swath.testkit.cases.NarrowCase;
import dev.swath.testkit.cases.PadCase;
import dev.swath.testkit.cases.PatchMergeCase;
import dev.swath.testkit.cases.PermuteCase;
import dev.swath.testkit.cases.ReduceCase;
import dev.swath.testkit.cases.ReshapeCase;
import dev.swath.testkit.cases.ResizeCase;
import dev.swath.testkit.cases.RollCase;
import dev.swath.testkit.cases.SegmentationLossCase;
import dev.swath.testkit.cases.SoftmaxCase;
import dev.swath.testkit.cases.UnaryCase;
import dev.swath.testkit.cases.WindowAttentionCase;
import java.util.List;

/** All {@link OpCase}s. A new op is added here; a test fails until it is. */
public final class OpCases {
    private OpCases() {}

    /** One for each op, in the order of their names. */
    public static List<OpCase> all() {
        return List.of(
                new AdaptiveAvgPoolCase(),
                new AttentionCase(),
                new BatchNormCase(),
                new BinaryCase(),
                new CastCase(),
                new ConcatCase(),
                new Conv2dCase(),
                new DropPathCase(),
                new DropoutCase(),
                new EmbeddingCase(),
                new InstanceNormCase(),
                new LayerNormCase(),
                new LinearCase(),
                new MatMulCase(),
                new NarrowCase(),
                new PadCase(),
                new PatchMergeCase(),
                new PermuteCase(),
                new ReduceCase(),
                new ReshapeCase(),
                new ResizeCase(),
                new RollCase(),
                new SegmentationLossCase(),
                new SoftmaxCase(),
                new UnaryCase(),
                new WindowAttentionCase());
    }
}
