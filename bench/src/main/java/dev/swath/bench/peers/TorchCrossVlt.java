package dev.swath.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** CrossVLT on libtorch: stages of vision and of language in turn. */
final class TorchCrossVlt implements TorchModel {
    private final TorchState state;
    private final ComparedConfig config;
    private final TorchWeights root;
    private final TorchSwin swin;
    private final TorchText text;

    TorchCrossVlt(ComparedConfig config, TorchState state) {
        this.config = config;
        this.state = state;
        this.root = state.root();
        this.swin = new TorchSwin(
                config.trunk(),
                root.child("backbone.0"),
                stage -> root.child("backbone." + stage + ".layers"),
                (_, y) -> y,
                state.type());
        this.text = new TorchText(config.trunk().text(), root.child("lang_stage1"));
    }

    /** What a pass gives: logits, and how alike cells and sentence are (B,1,H,W) at each stage. */
    record Outputs(Tensor logits, List<Tensor> alike) {}

    @Override
    public TorchState state() {
        return state;
    }

    @Override
    public Tensor logits(FiaNetInput input) {
        return forward(input, false).logits();
    }

    @Override
    public Tensor loss(FiaNetInput input, Tensor truth, TorchLoss loss) {
        Outputs outputs = forward(input, true);
        Tensor sum = loss.of(outputs.logits(), truth);
        Tensor wanted = truth.unsqueeze(1).to(state.type());
        for (Tensor alike : outputs.alike()) {
            Tensor large = Torch.resize(alike, truth.size(1), truth.size(2), true);
            Tensor entropy = torch.binary_cross_entropy_with_logits(
                    large, wanted, new TensorOptional(), new TensorOptional(), 1);
            sum = sum.add(entropy);
        }
        return sum;
    }

    /** A pass, with the outputs for training or without. */
    Outputs forward(FiaNetInput input, boolean aligned) {
        Tensor image = state.image(input);
        Tensor mask = state.mask(input.context());
        Tensor hidden = TorchText.hidden(mask);
        Grid grid = Grid.ofImage(input.height(), input.width());
        Tensor words = Torch.scoped(() -> text.forward(state.integers(input.ids()), mask));
        Tensor x = Torch.scoped(() -> swin.patchEmbed(image));
        List<Tensor> maps = new ArrayList<>();
        List<Tensor> alike = new ArrayList<>();
        for (int stage = 0; stage < NetworkConfig.STAGES; stage++) {
            if (stage > 0) {
                TorchWeights language = root.child("lang_stage" + (stage + 1));
                Tensor before = words;
                Tensor pixels = x;
                words = Torch.scoped(() -> language(language, before, pixels, hidden));
            }
            TorchWeights path = root.child("backbone." + stage);
            TorchWeights here = path.child("layers");
            int number = stage;
            Grid size = grid;
            Tensor entering = x;
            Tensor told = words;
            Tensor blocks = Torch.scoped(() -> swin.blocks(entering, number, size));
            if (aligned) {
                alike.add(alike(here.child("proj").linear(blocks), told, stage, size));
            }
            Tensor fused = Torch.scoped(() -> fuse(here.child("attn1"), blocks, told, mask));
            maps.add(Torch.scoped(
                    () -> Torch.map(path.child("norm" + number).layerNorm(fused), size.height(), size.width())));
            if (stage < NetworkConfig.STAGES - 1) {
                x = Torch.scoped(() -> next(here, blocks, fused, told, mask, number, size));
                grid = grid.half();
            }
        }
        Tensor logits = new TorchDecoder(root.child("classifier")).forward(maps);
        return new Outputs(Torch.resize(logits, image.size(2), image.size(3), true), alike);
    }

    private Tensor language(TorchWeights path, Tensor words, Tensor pixels, Tensor hidden) {
        Tensor asked = text.feedForward(path, text.attend(path.child("crossattention"), words, pixels, null));
        return text.layer(path.child("layer.0"), asked, hidden);
    }

    private Tensor next(TorchWeights path, Tensor x, Tensor fused, Tensor words, Tensor mask, int stage, Grid grid) {
        Tensor out = x.add(path.child("linear1").tanhGate(fused).mul(fused));
        Tensor merged = swin.merge(out, stage, grid);
        Tensor again = fuse(path.child("attn2"), merged, words, mask);
        return merged.add(path.child("linear2").tanhGate(again).mul(again));
    }

    /** Pixels x (B,L,C) ask words (B,N,D). */
    private Tensor fuse(TorchWeights path, Tensor x, Tensor words, Tensor mask) {
        int head = config.parts().wordHead();
        Tensor query = split(
                Torch.instanceNorm(path.child("v_q.0").pointwise(x.permute(0, 2, 1)))
                        .permute(0, 2, 1),
                head);
        Tensor key = split(path.child("l_q").linear(words), head);
        Tensor value = split(path.child("values_l").linear(words), head);
        Tensor scores = Torch.scale(torch.matmul(query, key.transpose(2, 3)), 1 / Math.sqrt(head));
        Tensor hidden = Torch.shift(Torch.scale(mask, 1e4), -1e4).unsqueeze(1).unsqueeze(1);
        Tensor mixed = torch.matmul(Torch.softmax(scores.add(hidden)), value)
                .permute(0, 2, 1, 3)
                .flatten(2, 3)
                .permute(0, 2, 1);
        Tensor y = Torch.instanceNorm(path.child("w_v.0").pointwise(mixed)).add(x.permute(0, 2, 1));
        return Torch.gelu(path.child("project_mm.0").pointwise(y)).permute(0, 2, 1);
    }

    /** (B,N,C) to (B,heads,N,head). */
    private static Tensor split(Tensor x, int head) {
        return x.reshape(x.size(0), x.size(1), x.size(2) / head, head).permute(0, 2, 1, 3);
    }

    /** Cosines of pixels (B,L,A) and the sentence of words (B,N,D), by the stage's temperature: (B,1,H,W). */
    private Tensor alike(Tensor pixels, Tensor words, int stage, Grid grid) {
        TorchWeights path =
                stage == 0 ? root.child("lang_stage1.encoder.proj") : root.child("lang_stage" + (stage + 1) + ".proj");
        Tensor sentence = unit(path.linear(words.narrow(1, 0, 1)));
        Tensor cosines = torch.matmul(unit(pixels), sentence.transpose(1, 2));
        return Torch.map(cosines, grid.height(), grid.width())
                .div(root.get("temp").select(0, stage));
    }

    private static Tensor unit(Tensor x) {
        Tensor length =
                x.mul(x).sum(new long[] {2}, true, new ScalarTypeOptional()).sqrt();
        return x.div(length.clamp_min(new Scalar(1e-12)));
    }

    @Override
    public void close() {
        state.close();
        swin.close();
    }
}
