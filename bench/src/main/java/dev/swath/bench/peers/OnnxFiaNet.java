package dev.swath.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.swath.bench.onnx.OnnxModel;
import dev.swath.bench.onnx.OnnxModel.Type;
import dev.swath.bench.onnx.OnnxModel.Value;
import dev.swath.bench.onnx.OnnxOps;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** FIANet as an ONNX model of fixed sizes, laid out like an export from PyTorch, and its session in ONNX Runtime. */
public final class OnnxFiaNet implements AutoCloseable {
    /** Bytes of stack of the thread that makes a session. */
    private static final long OPENING_STACK = 256L << 20;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /** Opens a model that {@link #write} wrote, with all optimisations and the given number of threads. */
    public OnnxFiaNet(Path model, int threads) throws OrtException {
        session = open(environment, model, threads);
    }

    /**
     * A session with all optimisations and its own pool of threads.
     *
     * <p>ONNX Runtime's optimiser walks the graph recursively, which on the full-size network overflows the stack of a
     * Java thread (1 MB) and kills the process without a message, so the session is made on a thread with a deeper one.
     */
    static OrtSession open(OrtEnvironment environment, Path model, int threads) throws OrtException {
        FutureTask<OrtSession> opening = new FutureTask<>(() -> create(environment, model, threads));
        Thread.ofPlatform().name("onnxruntime-open").stackSize(OPENING_STACK).start(opening);
        try {
            return opening.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof OrtException refused) {
                throw refused;
            }
            throw new IllegalStateException("ONNX Runtime cannot open " + model, failure.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while ONNX Runtime opened " + model, stopped);
        }
    }

    private static OrtSession create(OrtEnvironment environment, Path model, int threads) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            return environment.createSession(model.toString(), options);
        }
    }

    /** Logits (B,2,H,W). */
    public Tensor forward(FiaNetInput input) throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            long[] image = {input.batch(), 3, input.height(), input.width()};
            inputs.put(
                    "image",
                    OnnxTensor.createTensor(
                            environment, FloatBuffer.wrap(input.image().toFloatArray()), image));
            inputs.put("ids", integers(input.ids()));
            inputs.put("context", integers(input.context()));
            inputs.put("object", integers(input.object()));
            inputs.put("position", integers(input.position()));
            try (OrtSession.Result result = session.run(inputs)) {
                FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] values = new float[logits.remaining()];
                logits.get(values);
                return Tensor.of(values, input.batch(), 2, input.height(), input.width());
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor integers(Tensor values) throws OrtException {
        long[] shape = {values.dim(0), values.dim(1)};
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values.toLongArray()), shape);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }

    /**
     * Writes the model for inputs of the sizes of an example. Large weights go to a second file beside it, whose name has
     * {@code .data} behind the model's.
     */
    public static void write(Path file, NetworkConfig config, StateDict weights, FiaNetInput example)
            throws IOException {
        try (OnnxModel model = new OnnxModel(file)) {
            OnnxOps ops = new OnnxOps(model);
            Value image = model.input("image", Type.FLOAT, example.batch(), 3, example.height(), example.width());
            Value ids = model.input("ids", Type.INT64, example.batch(), example.words());
            OnnxWeights root = new OnnxWeights(ops, weights);
            OnnxText text = new OnnxText(config.text(), ops, root.child("text_encoder"));
            List<OnnxAlignment.Words> words = new ArrayList<>();
            for (String name : List.of("context", "object", "position")) {
                Value mask = ops.toFloat(model.input(name, Type.INT64, example.batch(), example.words()));
                Value features = ops.transpose(text.forward(ids, mask), 0, 2, 1);
                words.add(new OnnxAlignment.Words(features, ops.unsqueeze(mask, 1)));
            }
            List<Value> maps = backbone(config, ops, root.child("backbone"), image, words);
            maps = new OnnxTmem(config, ops, root.child("backbone.tmem")).forward(maps, words.getFirst());
            Value y = decoder(ops, root.child("classifier"), maps);
            model.output(ops.resize(y, example.height(), example.width(), true));
        }
    }

    private static List<Value> backbone(
            NetworkConfig config, OnnxOps ops, OnnxWeights path, Value image, List<OnnxAlignment.Words> words) {
        OnnxSwin swin = new OnnxSwin(config, ops, path);
        Grid grid = Grid.ofImage(image.dim(2), image.dim(3));
        Value x = swin.patchEmbed(image);
        List<Value> maps = new ArrayList<>();
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            Value blocks = swin.blocks(x, stage, grid);
            OnnxAlignment alignment = new OnnxAlignment(
                    ops, path.child("layers." + stage), config.fusionHeads().get(stage));
            Value context = alignment.context(blocks, words.get(0));
            Value map = ops.reshape(
                    path.child("norm" + stage).layerNorm(context),
                    blocks.dim(0),
                    grid.height(),
                    grid.width(),
                    config.width(stage));
            maps.add(ops.transpose(map, 0, 3, 1, 2));
            if (stage < NetworkConfig.STAGES - 1) {
                Value fused = alignment.fuse(blocks, context, words.get(1), words.get(2), grid);
                x = swin.merge(fused, stage, grid);
                grid = grid.half();
            }
        }
        return maps;
    }

    private static Value decoder(OnnxOps ops, OnnxWeights path, List<Value> maps) {
        Value y = maps.get(3);
        for (int level = 4; level >= 2; level--) {
            Value skip = maps.get(level - 2);
            if (y.dim(2) < skip.dim(2) || y.dim(3) < skip.dim(3)) {
                y = ops.resize(y, skip.dim(2), skip.dim(3), true);
            }
            y = ops.concat(1, y, skip);
            for (int number = 1; number <= 2; number++) {
                String suffix = number + "_" + level;
                Value convolved = path.child("conv" + suffix).convolution3(y);
                y = ops.unary("Relu", path.child("bn" + suffix).batchNorm(convolved));
            }
        }
        return path.child("conv1_1").convolution(y);
    }
}
