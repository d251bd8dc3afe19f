package dev.swath.fianet.model.mafn;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.CrossScaleProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Registers MAFN. Its tensors tell everything but the heads of attentions; the second row of its noise, which no pass reads, may be absent. */
public final class MafnProvider extends CrossScaleProvider {
    private static final Pattern NOISE =
            Pattern.compile("backbone\\.layers\\.\\d\\.blocks\\.\\d+\\.[kv]_noise\\.weight");

    private static final String KERNELS = "classifier.mscb4.msdc.dwconvs.";

    /** Made by the list of networks. */
    public MafnProvider() {}

    @Override
    public String name() {
        return MafnConfig.NAME;
    }

    @Override
    public String title() {
        return "MAFN";
    }

    @Override
    public Signature signature() {
        return only("layers.0.corr.", "backbone.cim.");
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return published(MafnConfig.published(), dataset);
    }

    /** 40 epochs in batches of eight on two cards; black squares on RRSIS-D. */
    @Override
    public String training(DatasetVocabulary dataset) {
        return training(dataset, 40, 16, "oiou");
    }

    @Override
    protected MafnConfig network(TrunkConfig trunk, Checkpoint checkpoint) {
        boolean eight = trunk.vision().embedDim() % MafnConfig.PUBLISHED_HEADS == 0;
        return new MafnConfig(
                trunk,
                CrossScaleConfig.deduce(checkpoint, title()),
                eight ? MafnConfig.PUBLISHED_HEADS : 1,
                kernels(checkpoint),
                ROUTER_DROPOUT);
    }

    /** By the depthwise weights, with which the script's {@code kernels} must agree. */
    private List<Integer> kernels(Checkpoint checkpoint) {
        int count = TrunkSettings.count(checkpoint.tensors(), KERNELS);
        List<Integer> kernels = IntStream.range(0, count)
                .mapToObj(i -> TrunkSettings.shape(checkpoint, title(), KERNELS + i + ".0.weight", 4)
                        .dim(2))
                .toList();
        List<Integer> held = kernels.isEmpty() ? MafnConfig.published().kernels() : List.copyOf(kernels);
        Object said = checkpoint.settings().arguments().get("kernels");
        if (said != null && !said.equals(held.stream().map(Integer::longValue).toList())) {
            throw new WeightsException("[weights] " + Quoted.path(checkpoint.path())
                    + ": its argument kernels must be the sides of its depthwise kernels, " + held + "; got "
                    + Quoted.text(String.valueOf(said)));
        }
        return held;
    }

    /**
     * The heads of a BERT or a cross-scale attention of no published width, and those of the noise attention where the published
     * eight cannot be; never the image size.
     */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        List<String> out = new ArrayList<>(super.undetermined(checkpoint));
        int channels = TrunkConfig.of(checkpoint, title()).vision().embedDim();
        if (channels % MafnConfig.PUBLISHED_HEADS != 0) {
            out.add("noise_heads");
        }
        return out;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(super.implied());
        out.add("kernels");
        return out;
    }

    /** With a second row of noise where the file has one alone. */
    @Override
    public StateDict tensors(Checkpoint checkpoint) {
        StateDict all = super.tensors(checkpoint);
        StateDict out = new StateDict();
        int rows = 0;
        for (String name : all.names()) {
            StateDict.Entry e = all.entry(name);
            boolean alone = NOISE.matcher(name).matches()
                    && e.shape().rank() == 2
                    && e.shape().dim(0) == 1;
            rows += alone ? 1 : 0;
            out.put(name, alone ? twoRows(e) : e);
        }
        if (rows > 0) {
            tell(
                    checkpoint,
                    "it lacks the second row of " + rows + " noise tensors, which no pass reads; zeros stand there");
        }
        return out;
    }

    private static StateDict.Entry twoRows(StateDict.Entry e) {
        Shape shape = e.shape().with(0, 2);
        return new StateDict.Entry(DType.F32, shape, _ -> {
            Tensor two = Tensor.zeros(shape.dims());
            two.slice(0, 0, 1).copyFrom(e.read().to(DType.F32));
            return two;
        });
    }
}
