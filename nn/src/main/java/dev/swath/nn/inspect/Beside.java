package dev.swath.nn.inspect;

import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds each tensor that leaves a module in a pass against another of its name, such as that of an earlier pass, as it goes by: of the
 * pass itself nothing needs to be kept. Give it to a {@link PassRecorder}.
 */
public final class Beside implements PassRecorder.Observer {
    private final Map<String, Tensor> wanted;
    private final List<Deviation> found = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    /** Against these, by {@link Result#name}. */
    public Beside(Map<String, Tensor> wanted) {
        this.wanted = wanted;
    }

    @Override
    public void onResult(String name, Tensor value) {
        Tensor other = wanted.get(name);
        if (other != null && seen.add(name)) {
            found.add(Deviation.of(name, value, other));
        }
    }

    /** What was compared, in the order in which the modules ended. */
    public List<Deviation> found() {
        return List.copyOf(found);
    }

    /** Names that no module of the pass had. */
    public List<String> unseen() {
        return wanted.keySet().stream().filter(n -> !seen.contains(n)).toList();
    }
}
