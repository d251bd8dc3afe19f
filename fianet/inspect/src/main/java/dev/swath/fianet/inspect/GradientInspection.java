package dev.swath.fianet.inspect;

import dev.swath.autograd.Hook;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.image.PillowResize;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.kernels.Backend;
import dev.swath.nn.Buffer;
import dev.swath.nn.inspect.Grids;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.inspect.PassRecorder;
import dev.swath.nn.inspect.Picture;
import dev.swath.nn.inspect.Result;
import dev.swath.nn.inspect.Statistics;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One training step of a labelled sample, looked into: what the loss sees, and what of it comes back to each module. Weights, running
 * statistics and gradients of the network are afterwards as they were before.
 *
 * @param record the forward pass
 * @param loss what is made small
 * @param logits the loss's gradient by the logits (1, H, W, 2): where it pulls, and which way
 * @param modules by name, in the order of the pass
 * @param unreached names of parameters to which no gradient came
 */
public record GradientInspection(
        PassRecord record, double loss, Tensor logits, Map<String, ModuleGradient> modules, List<String> unreached) {
    /** Copies, keeping orders. */
    public GradientInspection {
        modules = Collections.unmodifiableMap(new LinkedHashMap<>(modules));
        unreached = List.copyOf(unreached);
    }

    /**
     * Runs forwards and backwards once, in training mode; no other pass of the network may run at the same time.
     *
     * @param network with its weights as a training has them (see {@link dev.swath.fianet.TrainableModel}), on the backend
     * @param image (1, H, W, 3), normalised
     * @param sentence one sentence
     * @param target (1, H, W), i64: 1 for the object's pixels, else 0
     * @param loss of the training
     * @param seed of dropout
     */
    public static GradientInspection of(
            ReferringNetwork network,
            Backend backend,
            Tensor image,
            SentenceBatch sentence,
            Tensor target,
            SegmentationLoss loss,
            long seed) {
        Map<String, Tensor> buffers = new HashMap<>();
        network.namedBuffers().forEach((n, b) -> buffers.put(n, b.value().copy()));
        Map<String, Tensor> gradients = new HashMap<>();
        network.namedParameters().forEach((n, p) -> {
            if (p.grad() != null) {
                gradients.put(n, p.grad().copy());
            }
        });
        network.zeroGrad();
        Watched watched = new Watched();
        List<Hook> hooks = watched.on(network);
        PassRecorder recorder = new PassRecorder(network, Keep.NOTHING);
        try (Tape tape = Tape.recording(
                Tape.Options.of(backend).withTraining(new RandomSource(seed)).withListener(recorder))) {
            Var there = network.upload(tape, image);
            Var value = network.loss(tape, there, sentence.upload(tape, network), tape.indices(target, 2), loss);
            double made = value.value().item();
            tape.backward(value);
            return result(network, recorder.record(), made, watched);
        } finally {
            hooks.forEach(Hook::close);
            network.namedBuffers().forEach((n, b) -> restore(b, buffers.get(n)));
            network.zeroGrad();
            network.namedParameters()
                    .forEach((n, p) -> p.setGrad(gradients.containsKey(n) ? backend.upload(gradients.get(n)) : null));
        }
    }

    private static void restore(Buffer buffer, Tensor value) {
        buffer.value().copyFrom(value);
    }

    /** What came back to the results of modules. */
    private static final class Watched {
        private final Map<String, Integer> calls = new HashMap<>();
        private final List<String> names = new ArrayList<>();
        private final Map<String, ModuleGradient> found = new HashMap<>();
        private final Grids grids = new Grids();
        private Tensor logits = Tensor.zeros(0);

        List<Hook> on(ReferringNetwork network) {
            List<Hook> hooks = new ArrayList<>();
            network.namedModules()
                    .values()
                    .forEach(m -> hooks.add(m.onForward((path, _, results) -> see(path, results))));
            return hooks;
        }

        private void see(String path, List<Var> results) {
            int call = calls.merge(path, 1, Integer::sum);
            for (int i = 0; i < results.size(); i++) {
                String name = Result.name(path, call, i);
                grids.note(results.get(i).shape());
                names.add(name);
                results.get(i).onGradient(d -> note(name, d));
            }
        }

        private void note(String name, Tensor gradient) {
            Tensor here = gradient.copy();
            if (name.isEmpty()) {
                logits = here;
            }
            Picture picture = Picture.of(here, grids.height(here.shape()));
            found.put(name, new ModuleGradient(name, norm(here), Statistics.of(here), picture, 0, 0));
        }
    }

    private static GradientInspection result(
            ReferringNetwork network, PassRecord record, double loss, Watched watched) {
        Map<String, double[]> own = new HashMap<>();
        Set<String> unreached = new TreeSet<>();
        network.namedParameters().forEach((n, p) -> {
            double[] squares = own.computeIfAbsent(Parts.parent(n), _ -> new double[2]);
            squares[1] += square(p.value());
            if (p.grad() == null) {
                unreached.add(n);
            } else {
                squares[0] += square(p.grad());
            }
        });
        Map<String, ModuleGradient> modules = new LinkedHashMap<>();
        for (String name : watched.names) {
            ModuleGradient g = watched.found.getOrDefault(name, new ModuleGradient(name, 0, null, null, 0, 0));
            double[] squares = own.getOrDefault(name, new double[2]);
            modules.put(
                    name,
                    new ModuleGradient(
                            name, g.norm(), g.statistics(), g.picture(), Math.sqrt(squares[0]), Math.sqrt(squares[1])));
        }
        return new GradientInspection(record, loss, watched.logits, modules, List.copyOf(unreached));
    }

    private static double norm(Tensor t) {
        return Math.sqrt(square(t));
    }

    private static double square(Tensor t) {
        double sum = 0;
        for (float x : t.toFloatArray()) {
            sum += (double) x * x;
        }
        return sum;
    }

    /**
     * Where the gradient vanishes: modules with parameters of their own that have no gradient but 0, in the order of the pass. Modules
     * that the pass did not call are not among them; their parameters stand in {@link #unreached}.
     */
    public List<ModuleGradient> vanished() {
        return modules.values().stream()
                .filter(g -> g.weights() > 0 && g.parameters() == 0)
                .toList();
    }

    /**
     * A mask at the size that the network sees, by the nearest pixel as in training.
     *
     * @param mask row by row, height x width
     * @return (1, side, side), i64
     */
    public static Tensor target(boolean[] mask, int width, int height, int side) {
        if (mask.length != (long) width * height) {
            throw new InspectionException("[gradients] the mask must have one value for each of " + width + " x "
                    + height + " pixels; got " + mask.length);
        }
        byte[] object = new byte[mask.length];
        for (int i = 0; i < object.length; i++) {
            object[i] = (byte) (mask[i] ? 1 : 0);
        }
        byte[] seen = PillowResize.nearest(object, width, height, side, side);
        long[] target = new long[seen.length];
        Arrays.setAll(target, i -> seen[i]);
        return Tensor.of(target, 1, side, side);
    }
}
