package dev.swath.fianet.train;

import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.Recognition;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.pretrained.BertFolder;
import dev.swath.files.Counted;
import dev.swath.nn.train.TrainingException;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.TensorSink;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.Names;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Puts published weights of Swin and BERT over a network's first values. */
final class InitialWeights {
    private static final String BIAS_TABLE = "relative_position_bias_table";
    private static final Pattern BERT_LAYER = Pattern.compile("encoder\\.layer\\.(\\d{1,6})\\.");

    private InitialWeights() {}

    /** Loads what there is, one over the other; returns a line about each. */
    static List<String> load(ReferringNetwork network, TrainingRun.Origin origin) {
        List<String> notes = new ArrayList<>();
        if (origin.model() != null) {
            notes.add(model(network, origin.model(), notes));
        }
        if (origin.swin() != null) {
            notes.add(swin(network, origin.swin(), notes));
        }
        if (origin.bert() != null) {
            notes.add(bert(network, origin.bert(), notes));
        }
        if (notes.isEmpty()) {
            notes.add("begins from noise, without published weights");
        }
        return notes;
    }

    /** The file, and what is to be said of it. */
    private static Checkpoint opened(Path path, List<String> notes) {
        Checkpoint checkpoint = Checkpoint.open(path);
        checkpoint.notes().forEach(note -> notes.add(path + ": " + note));
        return checkpoint;
    }

    private static String model(ReferringNetwork network, Path file, List<String> notes) {
        Checkpoint checkpoint = opened(file, notes);
        NetworkProvider provider = Networks.named(network.config().network());
        if (!provider.signature().fitsNames(checkpoint.tensors())) {
            throw new TrainingException("[train] " + file + " holds a whole "
                    + Recognition.network(checkpoint).title() + ", but the network to be trained is "
                    + provider.name());
        }
        StateDict tensors = provider.tensors(checkpoint);
        Set<String> without = new TreeSet<>();
        for (String name : network.targets().keySet()) {
            String part = part(name);
            if (tensors.namesUnder(part).isEmpty()) {
                without.add(part);
            }
        }
        LoadReport report = LoadReport.load(tensors, network.targets(), network.sink(null))
                .acceptMissing(name -> without.contains(part(name)))
                .acceptMissing(name -> provider.optional(name, network.config()))
                .requireComplete(file.toString());
        String rest =
                without.isEmpty() ? "" : "; " + String.join(", ", without) + " is not in it and begins from noise";
        return Counted.of(report.loaded().size(), "tensor") + " of the whole network from " + file + rest;
    }

    /** The first module on the way to a tensor, with its dot: a part that a file either has or has not. */
    private static String part(String name) {
        return name.substring(0, name.indexOf('.') + 1);
    }

    /**
     * Loads an official Swin classifier's patch embedding, blocks and mergings. What the classifier lacks (alignment, TMEM,
     * output norms) keeps its values, as does a bias table for another number of heads.
     *
     * @return one line about what was loaded
     */
    private static String swin(ReferringNetwork network, Path file, List<String> notes) {
        Map<String, String> own = own(network, network::swinName, "Swin", "--init-swin");
        Map<String, Shape> wanted = shapes(network, own);
        Checkpoint checkpoint = Recognition.require(opened(file, notes), Recognition.Other.SWIN);
        LoadReport report = LoadReport.load(Names.swin(checkpoint.tensors(), wanted), wanted, sink(network, own));
        List<String> lacking = Stream.concat(
                        report.missing().stream().filter(InitialWeights::isSwin),
                        report.misShaped().stream()
                                .filter(m -> !m.name().endsWith(BIAS_TABLE))
                                .map(LoadReport.MisShaped::toString))
                .toList();
        if (!lacking.isEmpty()) {
            throw new TrainingException("[train] " + file + " does not fit the backbone's sizes, for "
                    + lacking.size() + " of its tensors are missing or of another shape, such as " + lacking.getFirst()
                    + "; give the file of that size, or set model.swin in --config");
        }
        return Counted.of(report.loaded().size(), "tensor") + " of the backbone from " + file
                + (report.misShaped().isEmpty()
                        ? ""
                        : ", " + Counted.of(report.misShaped().size(), "bias table")
                                + " of another number of heads left out");
    }

    private static boolean isSwin(String name) {
        boolean block = name.startsWith("layers.") && (name.contains(".blocks.") || name.contains(".downsample."));
        return (block || name.startsWith("patch_embed.")) && !name.endsWith("relative_position_index");
    }

    /** Loads a BERT folder into the whole text encoder, as many layers as the network takes; returns one line about what was loaded. */
    private static String bert(ReferringNetwork network, Path folder, List<String> notes) {
        Map<String, String> own = own(network, network::bertName, "BERT", "--init-bert");
        Map<String, Shape> wanted = shapes(network, own);
        BertFolder.requireUncased(folder);
        Checkpoint checkpoint = Recognition.require(opened(folder, notes), Recognition.Other.BERT);
        StateDict all = Names.bert(checkpoint.tensors());
        int depth =
                all.names().stream().mapToInt(InitialWeights::layersWith).max().orElse(0);
        int taken = Math.min(depth, network.bertLayers().orElse(depth));
        StateDict some = new StateDict();
        all.names().stream().filter(n -> layersWith(n) <= taken).forEach(n -> some.put(n, all.entry(n)));
        LoadReport report = LoadReport.load(some, wanted, sink(network, own)).requireComplete(folder.toString());
        return Counted.of(report.loaded().size(), "tensor") + " of the text encoder from " + folder
                + (taken < depth ? ", of whose " + Counted.of(depth, "layer") + " it takes the first " + taken : "");
    }

    /** How many layers a BERT has at least that has a tensor of that name. */
    private static int layersWith(String name) {
        Matcher layer = BERT_LAYER.matcher(name);
        return layer.lookingAt() ? Integer.parseInt(layer.group(1)) + 1 : 0;
    }

    /** The network's names by the published ones. */
    private static Map<String, String> own(
            ReferringNetwork network, Function<String, Optional<String>> published, String what, String option) {
        Map<String, String> out = new LinkedHashMap<>();
        network.targets().keySet().forEach(name -> published.apply(name).ifPresent(p -> out.put(p, name)));
        if (out.isEmpty()) {
            throw new TrainingException("[train] the network "
                    + network.config().network() + " has no part of " + what + "; leave " + option + " out");
        }
        return out;
    }

    private static Map<String, Shape> shapes(ReferringNetwork network, Map<String, String> own) {
        Map<String, Shape> all = network.targets();
        Map<String, Shape> out = new LinkedHashMap<>();
        own.forEach((published, name) -> out.put(published, all.get(name)));
        return out;
    }

    private static TensorSink sink(ReferringNetwork network, Map<String, String> own) {
        TensorSink all = network.sink(null);
        return (name, value) -> all.accept(own.get(name), value);
    }
}
