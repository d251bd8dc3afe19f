package dev.swath.weights;

import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From the names of published checkpoints to those of our modules. */
public final class Names {
    private static final List<String> SWIN_PREFIXES = List.of("module.", "backbone.", "encoder.");

    private static final Map<String, String> BERT_SUFFIXES = Map.of(".gamma", ".weight", ".beta", ".bias");
    private static final String BERT = "bert.";
    private static final List<String> BERT_PARTS = List.of("embeddings.", "encoder.");

    private static final String DATA_PARALLEL = "module.";
    private static final String AVERAGED = "n_averaged";
    /** What leads all names where a whole network was wrapped: for data-parallel training, for gradients of each sample. */
    private static final List<String> LEADING = List.of(DATA_PARALLEL, "_module.");

    private static final List<String> WRAPPERS = List.of(
            "_orig_mod.",
            "_forward_module.",
            "_fsdp_wrapped_module.",
            "_fpw_module.",
            "_dmp_wrapped_module.",
            "_checkpoint_wrapped_module.");

    private Names() {}

    /**
     * The entries without the parts of names that wrappers put in: {@code _orig_mod} of {@code torch.compile}, {@code
     * _forward_module} of Lightning and those of FSDP and checkpointing wherever they stand; a leading {@code module.} of
     * data-parallel training or {@code _module.} of Opacus, any number of times, where all names have it (the counter of
     * averaged models apart). Names that would then occur twice stay as they are.
     */
    public static StateDict withoutWrappers(StateDict source) {
        Map<String, String> renamed = new LinkedHashMap<>();
        source.names().forEach(n -> renamed.put(n, withoutSegments(n)));
        for (Optional<String> leading = leading(renamed); leading.isPresent(); leading = leading(renamed)) {
            String prefix = leading.get();
            renamed.replaceAll((_, n) -> n.startsWith(prefix) ? n.substring(prefix.length()) : n);
        }
        if (new HashSet<>(renamed.values()).size() < renamed.size()) {
            return source;
        }
        StateDict out = new StateDict();
        renamed.forEach((before, after) -> out.put(after, source.entry(before)));
        return out;
    }

    /** What leads all names. */
    private static Optional<String> leading(Map<String, String> names) {
        return LEADING.stream()
                .filter(p -> names.values().stream().allMatch(n -> n.startsWith(p) || n.equals(AVERAGED))
                        && names.values().stream().anyMatch(n -> n.startsWith(p)))
                .findFirst();
    }

    private static String withoutSegments(String name) {
        String n = name;
        for (String wrapper : WRAPPERS) {
            if (n.contains(wrapper)) {
                n = n.replace("." + wrapper, ".");
                while (n.startsWith(wrapper)) {
                    n = n.substring(wrapper.length());
                }
            }
        }
        return n.isEmpty() ? name : n;
    }

    /**
     * Official Swin weights as the backbone's names: prefixes off; classification head, final norm, attention masks and
     * index tables left out.
     */
    public static StateDict swin(StateDict source) {
        StateDict out = new StateDict();
        for (String name : source.names()) {
            String n = name;
            for (String prefix : SWIN_PREFIXES) {
                n = n.startsWith(prefix) ? n.substring(prefix.length()) : n;
            }
            boolean ignored = n.startsWith("norm.")
                    || n.startsWith("head.")
                    || n.endsWith("attn_mask")
                    || n.endsWith("relative_position_index");
            if (!ignored) {
                out.put(n, source.entry(name));
            }
        }
        return out;
    }

    /**
     * The same with every relative-position bias table brought to the size that the model wants; a table for another
     * number of heads is left as it is and will be reported.
     */
    public static StateDict swin(StateDict source, Map<String, Shape> wanted) {
        StateDict out = new StateDict();
        StateDict plain = swin(source);
        for (String name : plain.names()) {
            StateDict.Entry e = plain.entry(name);
            Shape shape = wanted.get(name);
            boolean resize = name.endsWith("relative_position_bias_table")
                    && shape != null
                    && e.shape().rank() == 2
                    && !shape.equals(e.shape())
                    && shape.dim(1) == e.shape().dim(1);
            out.put(name, resize && shape != null ? new StateDict.Entry(e.dtype(), shape, _ -> resized(e, shape)) : e);
        }
        return out;
    }

    private static Tensor resized(StateDict.Entry e, Shape shape) {
        return BiasTables.resize(e.read(), shape.dim(0));
    }

    /**
     * BERT weights under our encoder's names: {@code bert.} off, gamma and beta renamed. The pooler and every head that stands on
     * the encoder are left out: whatever is neither one of its embeddings nor of its layers.
     */
    public static StateDict bert(StateDict source) {
        StateDict out = new StateDict();
        boolean prefixed = !source.namesUnder(BERT + BERT_PARTS.getFirst()).isEmpty();
        for (String name : source.names()) {
            String own = prefixed && name.startsWith(BERT) ? name.substring(BERT.length()) : prefixed ? "" : name;
            boolean needed = BERT_PARTS.stream().anyMatch(own::startsWith)
                    && !own.equals("embeddings.position_ids")
                    && !own.equals("embeddings.token_type_ids");
            if (!needed) {
                continue;
            }
            String n = own;
            for (Map.Entry<String, String> s : BERT_SUFFIXES.entrySet()) {
                if (n.endsWith(s.getKey())) {
                    n = n.substring(0, n.length() - s.getKey().length()) + s.getValue();
                }
            }
            out.put(n, source.entry(name));
        }
        return out;
    }
}
