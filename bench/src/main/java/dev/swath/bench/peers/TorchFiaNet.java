package dev.swath.bench.peers;

import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The whole forward pass of FIANet from libtorch's tensor functions, in evaluation mode, arranged as its published code
 * arranges it: padded windows, rolls, masks and biases as tensors, three passes over the text.
 *
 * <p>Not thread-safe; libtorch uses as many threads inside an operation as {@link #setThreads} says. The weights live
 * until {@link #close()}.
 */
public final class TorchFiaNet implements AutoCloseable {
    static {
        TorchRuntime.load();
    }

    private final Map<String, Tensor> tensors = new HashMap<>();
    private final torch.ScalarType type;
    private final NetworkConfig config;
    private final TorchWeights root;
    private final TorchSwin swin;
    private final TorchText text;

    /** Arithmetic of the network. */
    public enum Precision {
        /** 32-bit floats. */
        SINGLE,
        /** 64-bit floats. */
        DOUBLE
    }

    /**
     * A network of the given sizes over weights by their published names. They are copied, one at a time, so a dict whose
     * entries are read on demand never lies in memory whole.
     */
    public TorchFiaNet(NetworkConfig config, StateDict weights, Precision precision) {
        this(config, weights, precision, false);
    }

    /** In training mode batch norms use the statistics of the batch; dropout and drop path are off in any case. */
    TorchFiaNet(NetworkConfig config, StateDict weights, Precision precision, boolean training) {
        this.config = config;
        this.type = precision == Precision.SINGLE ? torch.ScalarType.Float : torch.ScalarType.Double;
        for (String name : weights.names()) {
            StateDict.Entry entry = weights.entry(name);
            if (entry.dtype() == DType.F32) {
                long[] shape =
                        Arrays.stream(entry.shape().dims()).asLongStream().toArray();
                float[] values = entry.read().toFloatArray();
                tensors.put(name, Torch.owned(() -> Torch.of(values, type, shape)));
            }
        }
        this.root = new TorchWeights(tensors, "", training);
        this.swin = new TorchSwin(config, root.child("backbone"), type);
        this.text = new TorchText(config.text(), root.child("text_encoder"));
    }

    /** Sets the number of threads inside each operation, for the whole process. */
    public static void setThreads(int threads) {
        TorchRuntime.setThreads(threads);
    }

    /** Logits (B,2,H,W) in the network's precision. */
    public dev.swath.tensor.Tensor forward(FiaNetInput input) {
        try (PointerScope _ = new PointerScope();
                InferenceMode _ = new InferenceMode(true)) {
            return copy(logits(input));
        }
    }

    /** Logits (B,2,H,W) as libtorch's own tensor, in the caller's scope. */
    Tensor logits(FiaNetInput input) {
        long batch = input.batch();
        Tensor image = Torch.of(input.image().toFloatArray(), type, batch, 3, input.height(), input.width());
        return forward(
                image,
                integers(input.ids()),
                integers(input.context()).to(type),
                integers(input.object()).to(type),
                integers(input.position()).to(type));
    }

    /** The float tensors by their published names. */
    Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** The type of the network's floats. */
    torch.ScalarType type() {
        return type;
    }

    private static Tensor integers(dev.swath.tensor.Tensor values) {
        return Tensor.create(values.toLongArray(), values.dim(0), values.dim(1));
    }

    private Tensor forward(Tensor image, Tensor ids, Tensor context, Tensor object, Tensor position) {
        TorchAlignment.Words contextWords = words(ids, context);
        TorchAlignment.Words objectWords = words(ids, object);
        TorchAlignment.Words positionWords = words(ids, position);
        List<Tensor> maps = backbone(image, contextWords, objectWords, positionWords);
        maps = new TorchTmem(config, root.child("backbone.tmem")).forward(maps, contextWords);
        Tensor logits = new TorchDecoder(root.child("classifier")).forward(maps);
        return Torch.resize(logits, image.size(2), image.size(3), true);
    }

    private TorchAlignment.Words words(Tensor ids, Tensor mask) {
        Tensor features = Torch.scoped(() -> text.forward(ids, mask)).permute(0, 2, 1);
        return new TorchAlignment.Words(features, mask.unsqueeze(1));
    }

    private List<Tensor> backbone(
            Tensor image, TorchAlignment.Words context, TorchAlignment.Words object, TorchAlignment.Words position) {
        Grid grid = Grid.ofImage((int) image.size(2), (int) image.size(3));
        TorchWeights path = root.child("backbone");
        Tensor x = Torch.scoped(() -> swin.patchEmbed(image));
        List<Tensor> maps = new ArrayList<>();
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            TorchAlignment alignment = new TorchAlignment(
                    path.child("layers." + stage), config.fusionHeads().get(stage));
            Grid here = grid;
            int number = stage;
            Tensor input = x;
            Tensor blocks = Torch.scoped(() -> swin.blocks(input, number, here));
            Tensor aligned = Torch.scoped(() -> alignment.context(blocks, context));
            maps.add(Torch.scoped(() -> path.child("norm" + number)
                    .layerNorm(aligned)
                    .view(blocks.size(0), here.height(), here.width(), config.width(number))
                    .permute(0, 3, 1, 2)
                    .contiguous()));
            if (stage < NetworkConfig.STAGES - 1) {
                Tensor fused = Torch.scoped(() -> alignment.fuse(blocks, aligned, object, position, here));
                x = Torch.scoped(() -> swin.merge(fused, number, here));
                grid = grid.half();
            }
        }
        return maps;
    }

    /** The values as a tensor of Swath in the network's precision. */
    dev.swath.tensor.Tensor copy(Tensor x) {
        int[] shape = Arrays.stream(x.shape()).mapToInt(Math::toIntExact).toArray();
        int size = Math.toIntExact(x.numel());
        Tensor contiguous = x.contiguous();
        if (type == torch.ScalarType.Float) {
            float[] values = new float[size];
            new FloatPointer(contiguous.data_ptr()).get(values);
            return dev.swath.tensor.Tensor.of(values, shape);
        }
        double[] values = new double[size];
        new DoublePointer(contiguous.data_ptr()).get(values);
        return dev.swath.tensor.Tensor.of(values, shape);
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
        swin.close();
    }
}
