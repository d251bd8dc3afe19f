package dev.swath.bench.peers;

import dev.swath.tensor.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * The whole forward pass of FIANet from libtorch's tensor functions, in evaluation mode, arranged as its published code
 * arranges it: padded windows, rolls, masks and biases as tensors, three passes over the text.
 *
 * <p>Not thread-safe; libtorch uses as many threads inside an operation as {@link #setThreads} says. The weights live
 * until {@link #close()}.
 */
public final class TorchFiaNet implements TorchModel {
    static {
        TorchRuntime.load();
    }

    private final TorchState state;
    private final NetworkConfig config;
    private final TorchWeights root;
    private final TorchSwin swin;
    private final TorchText text;
    private final TorchScales scales;

    /** Arithmetic of the network. */
    public enum Precision {
        /** 32-bit floats. */
        SINGLE,
        /** 64-bit floats. */
        DOUBLE
    }

    /** A network of the given sizes over weights by their published names, which are copied. */
    public TorchFiaNet(NetworkConfig config, StateDict weights, Precision precision) {
        this(config, weights, precision, false);
    }

    /** In training mode batch norms use the statistics of the batch; dropout and drop path are off in any case. */
    TorchFiaNet(NetworkConfig config, StateDict weights, Precision precision, boolean training) {
        this(config, new TorchState(weights, precision, training), tmem(config));
    }

    /** With another module where the maps of the stages act on each other. */
    TorchFiaNet(NetworkConfig config, TorchState state, Function<TorchWeights, TorchScales> scales) {
        this.config = config;
        this.state = state;
        this.root = state.root();
        this.swin = new TorchSwin(config, root.child("backbone"), state.type());
        this.text = new TorchText(config.text(), root.child("text_encoder"));
        this.scales = scales.apply(root.child("backbone"));
    }

    private static Function<TorchWeights, TorchScales> tmem(NetworkConfig config) {
        return backbone -> new TorchTmem(config, backbone.child("tmem"));
    }

    /** Sets the number of threads inside each operation, for the whole process. */
    public static void setThreads(int threads) {
        TorchRuntime.setThreads(threads);
    }

    /**
     * Whether convolutions in 32-bit floats go through oneDNN, for the whole process, as they do from the start; for networks
     * with channels that are no multiples of 16 it must be left out.
     */
    public static void setOneDnn(boolean used) {
        TorchRuntime.useOneDnn(used);
    }

    /** Logits (B,2,H,W) in the network's precision. */
    public dev.swath.tensor.Tensor forward(FiaNetInput input) {
        return state.infer(() -> logits(input));
    }

    @Override
    public Tensor logits(FiaNetInput input) {
        return forward(
                state.image(input),
                state.integers(input.ids()),
                state.mask(input.context()),
                state.mask(input.object()),
                state.mask(input.position()));
    }

    @Override
    public TorchState state() {
        return state;
    }

    private Tensor forward(Tensor image, Tensor ids, Tensor context, Tensor object, Tensor position) {
        TorchAlignment.Words contextWords = words(ids, context);
        TorchAlignment.Words objectWords = words(ids, object);
        TorchAlignment.Words positionWords = words(ids, position);
        List<Tensor> maps = scales.forward(backbone(image, contextWords, objectWords, positionWords), contextWords);
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

    @Override
    public void close() {
        state.close();
        swin.close();
    }
}
