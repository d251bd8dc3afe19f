package dev.swath.fianet.model.lgce;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.model.parts.LanguageExchange;
import dev.swath.fianet.model.skeleton.SkeletonProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Registers LGCE. There are no published weights: files of it are those that were trained here. */
public final class LgceProvider extends SkeletonProvider {
    private static final String HIDDEN = "backbone.lgce.branch.0.0.mlp.fc1.weight";

    /** Made by the list of networks. */
    public LgceProvider() {}

    @Override
    public String name() {
        return LgceConfig.NAME;
    }

    @Override
    public String title() {
        return "LGCE";
    }

    @Override
    public Signature signature() {
        return only("backbone.lgce.");
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return published(new LgceConfig(TrunkConfig.published()), dataset);
    }

    /** 40 epochs in batches of 8, cross entropy alone. */
    @Override
    public String training(DatasetVocabulary dataset) {
        return """
                {"epochs": 40, "batch": 8, "optimizer": {"learning_rate": 5e-5},
                 "loss": {"cross_entropy": 1, "dice": 0}, "evaluation": {"select_by": "oiou"}}""";
    }

    @Override
    protected LgceConfig network(TrunkConfig trunk, Checkpoint checkpoint) {
        int fine = trunk.vision().width(TrunkConfig.STAGES - 2);
        int hidden = TrunkSettings.shape(checkpoint, title(), HIDDEN, 2).dim(0);
        return new LgceConfig(trunk, headIsKnown(trunk) ? LanguageExchange.HEAD : fine, Math.max(1, hidden / fine));
    }

    /** Whether heads of 64 can be. */
    private static boolean headIsKnown(TrunkConfig trunk) {
        return trunk.vision().width(TrunkConfig.STAGES - 2) % LanguageExchange.HEAD == 0;
    }

    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        List<String> out = new ArrayList<>(super.undetermined(checkpoint));
        if (!headIsKnown(TrunkConfig.of(checkpoint, title()))) {
            out.add("exchange_head");
        }
        return out;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(super.implied());
        out.add("exchange_ratio");
        return out;
    }

    @Override
    public Optional<NetworkConfig> warmUp() {
        return Optional.of(new LgceConfig(TrunkConfig.warmUp()));
    }
}
