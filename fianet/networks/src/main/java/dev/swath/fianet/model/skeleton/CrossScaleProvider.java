package dev.swath.fianet.model.skeleton;

import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What registrations of networks with cross-scale interaction have in common: its tensors tell the size of the images, and convolutions
 * whose rotation a router learns stand in the decoder.
 */
public abstract class CrossScaleProvider extends SkeletonProvider {
    /** Dropout of the routers in every published training; no file tells it. */
    protected static final double ROUTER_DROPOUT = 0.2;

    /** Side of the grid for the compact networks' images of 128 pixels. */
    private static final int COMPACT_SIDE = 4;

    /** For subclasses. */
    protected CrossScaleProvider() {}

    /** The published training of so many epochs; black squares on RRSIS-D. */
    protected static String training(DatasetVocabulary dataset, int epochs, int batch, String selectBy) {
        String augment = dataset == DatasetVocabulary.RRSISD ? "\"augment\": [\"squares\"], " : "";
        return "{\"epochs\": " + epochs + ", \"batch\": " + batch + ", " + augment
                + "\"optimizer\": {\"learning_rate\": 3e-5}, \"evaluation\": {\"select_by\": \"" + selectBy + "\"}}";
    }

    @Override
    protected Map<String, Object> compactModel() {
        return Map.of(CrossScaleConfig.KEY, Map.of("side", COMPACT_SIDE));
    }

    @Override
    protected int imageSize(NetworkConfig network) {
        return network.limits().largestImage();
    }

    /** The heads of a BERT or a cross-scale attention of no published width; never the image size. */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        List<String> out = new ArrayList<>(super.undetermined(checkpoint));
        out.remove("image_size");
        out.addAll(CrossScaleConfig.undetermined(checkpoint.tensors()));
        return out;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(super.implied());
        out.add(CrossScaleConfig.KEY + ".side");
        return out;
    }
}
