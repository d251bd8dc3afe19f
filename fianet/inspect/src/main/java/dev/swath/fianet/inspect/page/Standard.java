package dev.swath.fianet.inspect.page;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.inspect.Plan;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.OpInput;
import dev.swath.nn.inspect.OpRecord;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.inspect.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a page keeps unless more is asked for: as much as fits, what matters most first. */
public final class Standard {
    /** Bytes of what leaves modules, in all runs. */
    private static final long TENSORS = 7L << 20;

    /** Bytes of what ops read and gave. */
    private static final long OPS = 4L << 20;

    /** Bytes of one op. */
    private static final long OP = 1L << 20;

    /** Ops that only lay memory out in another way. */
    private static final Set<String> MOVES = Set.of(
            "reshape", "permute", "narrow", "concat", "pad", "roll", "cast", "patch_merge", "dropout", "drop_path");

    private Standard() {}

    /**
     * What leaves the modules that mean something, then others, the outer ones first; and of each kind of op that each class of module
     * runs the last one of the pass that is not large. Found on shapes alone.
     *
     * @param plan of the segmenter's passes
     * @param runs how many the page is to hold, 1 or 2
     */
    public static Keep of(ReferringSegmenter segmenter, Plan plan, int runs) {
        Set<String> meant = Meant.in(segmenter.network()).keySet();
        PassRecord pass = plan.record();
        return new Keep(List.copyOf(tensors(pass, meant, TENSORS / runs)), ops(pass));
    }

    private static Set<String> tensors(PassRecord plan, Set<String> parts, long most) {
        List<Result> order = new ArrayList<>(plan.results().values());
        order.sort(Comparator.comparingInt(r -> parts.contains(r.name()) ? 0 : depth(r.name())));
        Set<String> out = new LinkedHashSet<>();
        long taken = 0;
        for (Result r : order) {
            if (taken + r.bytes() <= most) {
                taken += r.bytes();
                out.add(r.name());
            }
        }
        return out;
    }

    private static int depth(String name) {
        return name.isEmpty() ? 0 : 1 + (int) name.chars().filter(c -> c == '.').count();
    }

    private static List<String> ops(PassRecord plan) {
        Map<String, String> types = new LinkedHashMap<>();
        plan.root().walk(m -> types.put(m.path(), m.type()));
        Map<String, OpRecord> chosen = new LinkedHashMap<>();
        for (OpRecord op : plan.ops()) {
            if (!MOVES.contains(op.op()) && bytes(op) <= OP) {
                chosen.put(op.op() + " of " + types.getOrDefault(op.path(), ""), op);
            }
        }
        List<String> out = new ArrayList<>();
        long taken = 0;
        for (OpRecord op : chosen.values().stream()
                .sorted(Comparator.comparingLong(Standard::bytes))
                .toList()) {
            if (taken + bytes(op) <= OPS) {
                taken += bytes(op);
                out.add(op.name());
            }
        }
        return out;
    }

    /** Of all that it read and gave; parameters are written into the page too. */
    private static long bytes(OpRecord op) {
        long out = op.shape().elements() * op.dtype().bytes();
        for (OpInput i : op.inputs()) {
            out += i.shape().elements() * i.dtype().bytes();
        }
        return out;
    }
}
