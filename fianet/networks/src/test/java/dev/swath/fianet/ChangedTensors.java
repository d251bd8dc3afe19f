package dev.swath.fianet;

import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Names and shapes of a checkpoint's tensors, changed; none of them is read. */
public final class ChangedTensors {
    private static final int[] SIZES = {
        0, 1, 2, 3, 4, 7, 8, 12, 16, 100, 128, 1000, 4096, 46_340, 65_536, 1 << 20, 1 << 24, 1 << 30, Integer.MAX_VALUE
    };
    private static final List<String> PARTS = List.of(
            "",
            "0",
            "1",
            "2",
            "3",
            "99",
            "100000",
            "99999999999999999999",
            "weight",
            "layers",
            "backbone",
            "\u001b[2J");

    private ChangedTensors() {}

    private static Shape changed(Shape shape, SplittableRandom random) {
        int[] dims = shape.dims();
        if (random.nextInt(6) == 0) {
            dims = Arrays.copyOf(dims, random.nextInt(6));
        }
        if (dims.length > 0) {
            dims[random.nextInt(dims.length)] = SIZES[random.nextInt(SIZES.length)];
        }
        try {
            return Shape.of(dims);
        } catch (TensorException e) {
            return shape; // no file can say it either
        }
    }

    private static String changed(String name, SplittableRandom random) {
        String[] parts = name.split("\\.");
        parts[random.nextInt(parts.length)] = PARTS.get(random.nextInt(PARTS.size()));
        return String.join(".", parts);
    }

    /** One to four tensors taken out, renamed, doubled under another name or given another shape, of which the last can be claimed freely. */
    public static StateDict of(StateDict valid, SplittableRandom random) {
        List<String> names = List.copyOf(valid.names());
        List<Integer> places = new ArrayList<>();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            places.add(random.nextInt(names.size()));
        }
        StateDict out = new StateDict();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            StateDict.Entry entry = valid.entry(name);
            if (!places.contains(i)) {
                put(out, name, entry);
                continue;
            }
            switch (random.nextInt(5)) {
                case 0 -> {}
                case 1 -> put(out, changed(name, random), entry);
                case 2 -> {
                    put(out, name, entry);
                    put(out, changed(name, random), entry);
                }
                default ->
                    put(out, name, new StateDict.Entry(entry.dtype(), changed(entry.shape(), random), entry.reader()));
            }
        }
        return out;
    }

    private static void put(StateDict out, String name, StateDict.Entry entry) {
        if (!out.contains(name)) {
            out.put(name, entry);
        }
    }
}
