package dev.swath.fianet.model.dlsa;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.CrossScaleProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.weights.Checkpoint;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Registers DLSA. Published files come in two layouts of their mixing maps; their {@code args} say where words take part in the
 * decoder. Tensors that no pass reads stand in most files, and a file may lack them.
 */
public final class DlsaProvider extends CrossScaleProvider {
    /** Read by no pass, in every stage and in the last. */
    private static final Pattern IDLE =
            Pattern.compile("backbone\\.layers\\.\\d\\.(visual_gate\\.|vs_fusion_alpha$|visual_residual\\.sgAMC\\.).*"
                    + "|backbone\\.layers\\.3\\.(res_gate|sgAMC|alpha_fc|visual_residual)\\..*"
                    + "|classifier\\.sg_amc\\..*");

    private static final Pattern DECODER = Pattern.compile("classifier\\.(sg_amc|tg)(\\d)\\..*");

    /** Made by the list of networks. */
    public DlsaProvider() {}

    @Override
    public String name() {
        return DlsaConfig.NAME;
    }

    @Override
    public String title() {
        return PublishedDlsa.TITLE;
    }

    @Override
    public Signature signature() {
        return only("layers.0.alpha_fc.", "backbone.cim.");
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return published(DlsaConfig.published(MixingSettings.Layout.ORIGINAL), dataset);
    }

    /** 20 epochs in batches of two on four cards, the best by mIoU; black squares on RRSIS-D. */
    @Override
    public String training(DatasetVocabulary dataset) {
        return training(dataset, 20, 8, "miou");
    }

    @Override
    protected DlsaConfig network(TrunkConfig trunk, Checkpoint checkpoint) {
        PublishedDlsa file = new PublishedDlsa(checkpoint);
        return new DlsaConfig(
                trunk, CrossScaleConfig.deduce(checkpoint, title()), file.mixing(), file.decoder(), ROUTER_DROPOUT);
    }

    @Override
    public Map<String, String> assumed(Checkpoint checkpoint) {
        return new PublishedDlsa(checkpoint).saysStages()
                ? Map.of()
                : Map.of(
                        DecoderSettings.KEY + ".stages",
                        "it does not say where words take part in its decoder; the published places, tg2 and tg1, are assumed");
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(super.implied());
        out.add(MixingSettings.KEY + ".layout");
        out.add(MixingSettings.KEY + ".hidden");
        out.add(MixingSettings.KEY + ".kernels");
        return out;
    }

    /** Whether no pass of a network with that decoder reads a tensor of that name. */
    static boolean isIdle(String name, DecoderSettings decoder) {
        if (IDLE.matcher(name).matches()) {
            return true;
        }
        Matcher m = DECODER.matcher(name);
        return m.matches()
                && (m.group(1).equals("tg") ? !decoder.stages().at(Integer.parseInt(m.group(2))) : !decoder.mixing());
    }

    /** What no pass reads, too. */
    @Override
    public boolean optional(String name, NetworkConfig network) {
        return super.optional(name, network) || isIdle(name, ((DlsaConfig) network).decoder());
    }
}
