package dev.swath.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** LAVT and the networks that grew from it, on libtorch: one text stream, and a fusion behind each stage. */
final class TorchLineage implements TorchModel {
    /** Where DLSA's text blocks run as published: behind the first convolution of the two finest levels. */
    private static final Set<Integer> TEXT_LEVELS = Set.of(3, 2);

    private final TorchState state;
    private final ComparedConfig config;
    private final TorchWeights root;
    private final TorchSwin swin;
    private final TorchText text;

    TorchLineage(ComparedConfig config, TorchState state) {
        this.config = config;
        this.state = state;
        this.root = state.root();
        TorchWeights backbone = root.child("backbone");
        TorchSwin.Branch branch = config.network() == ComparedNetwork.MAFN
                ? (block, y) -> TorchNoise.apply(block, y, config.parts().noiseHeads())
                : (_, y) -> y;
        this.swin = new TorchSwin(
                config.trunk(), backbone, stage -> backbone.child("layers." + stage), branch, state.type());
        this.text = new TorchText(config.trunk().text(), root.child("text_encoder"));
    }

    @Override
    public TorchState state() {
        return state;
    }

    @Override
    public Tensor logits(FiaNetInput input) {
        Tensor image = state.image(input);
        Tensor mask = state.mask(input.context());
        Tensor features = Torch.scoped(() -> text.forward(state.integers(input.ids()), mask));
        TorchAlignment.Words words = new TorchAlignment.Words(features.permute(0, 2, 1), mask.unsqueeze(1));
        List<Tensor> maps = backbone(image, words);
        Tensor logits = decoder(words).forward(maps);
        return Torch.resize(logits, image.size(2), image.size(3), true);
    }

    private List<Tensor> backbone(Tensor image, TorchAlignment.Words words) {
        TorchWeights path = root.child("backbone");
        Grid grid = Grid.ofImage((int) image.size(2), (int) image.size(3));
        Tensor x = Torch.scoped(() -> swin.patchEmbed(image));
        List<Tensor> maps = new ArrayList<>();
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            TorchWeights here = path.child("layers." + stage);
            int number = stage;
            Grid size = grid;
            Tensor input = x;
            Tensor blocks = Torch.scoped(() -> swin.blocks(input, number, size));
            int heads = config.trunk().fusionHeads().get(stage);
            Tensor fused = Torch.scoped(() -> TorchAlignment.pixelWords(here.child("fusion"), blocks, words, heads));
            maps.add(Torch.scoped(
                    () -> Torch.map(path.child("norm" + number).layerNorm(fused), size.height(), size.width())));
            boolean last = stage == NetworkConfig.STAGES - 1;
            if (!last || state.training()) { // in training the last stage's norms learn their statistics too
                Tensor next = Torch.scoped(() -> next(here, blocks, fused, words, size));
                if (!last) {
                    x = Torch.scoped(() -> swin.merge(next, number, size));
                    grid = grid.half();
                }
            }
        }
        if (config.network().hasCrossScale()) {
            return new TorchCrossScale(path.child("cim"), config.parts().crossHeads()).forward(maps, words);
        }
        return config.network().hasExchange()
                ? new TorchExchange(path.child("lgce"), config.parts().exchangeHead()).forward(maps, words)
                : maps;
    }

    /** What the next stage gets of a stage's blocks (B,L,C) and of their fusion with words. */
    private Tensor next(TorchWeights stage, Tensor x, Tensor fused, TorchAlignment.Words words, Grid grid) {
        Tensor gated = stage.child("res_gate").tanhGate(fused).mul(fused);
        if (!config.network().hasReceptiveBranch()) {
            return x.add(gated);
        }
        Tensor seen = TorchReceptive.apply(stage.child("visual_residual.repblock"), x, grid);
        if (config.network().isDlsa()) {
            Tensor sentence = words.first();
            Tensor mixed = TorchMixing.apply(stage.child("sgAMC"), x, sentence, grid);
            Tensor share = stage.child("alpha_fc").linear(sentence).sigmoid().unsqueeze(1);
            Tensor rest = Torch.shift(Torch.scale(share, -1), 1);
            return x.add(gated).add(share.mul(seen.sigmoid())).add(rest.mul(mixed.sigmoid()));
        }
        Tensor gatedSeen = stage.child("visual_gate").tanhGate(seen).mul(seen);
        return config.network() == ComparedNetwork.MAFN
                ? x.add(TorchCorrelation.apply(stage.child("corr"), gatedSeen, gated, grid))
                : x.add(gated).add(gatedSeen);
    }

    private TorchDecoder decoder(TorchAlignment.Words words) {
        TorchWeights path = root.child("classifier");
        return switch (config.network()) {
            case LAVT, LAVT_ONE, LGCE -> new TorchDecoder(path);
            case MAFN -> new TorchDecoder(path, (level, y) -> TorchScaleBlock.apply(path.child("mscb" + level), y));
            case RMSIN, REMOTESAM -> new TorchDecoder(path, (level, y) -> rotated(path, level, y));
            case DLSA_ORIGINAL, DLSA_LEGACY -> {
                Tensor word = words.mean();
                yield new TorchDecoder(
                        path,
                        (level, y) -> rotated(
                                path,
                                level,
                                TEXT_LEVELS.contains(level)
                                        ? TorchTextBlock.apply(path.child("tg" + (level - 1)), y, word)
                                        : y));
            }
            case CROSSVLT, FIANET_CIM, FIANET_LGCE, FIANET_NONE ->
                throw new IllegalStateException(config.network() + " is no network of this kind");
        };
    }

    private static Tensor rotated(TorchWeights path, int level, Tensor y) {
        return path.child("bn2_" + level)
                .batchNorm(TorchRotation.convolve(path.child("conv2_" + level), y))
                .relu();
    }

    @Override
    public void close() {
        state.close();
        swin.close();
    }
}
