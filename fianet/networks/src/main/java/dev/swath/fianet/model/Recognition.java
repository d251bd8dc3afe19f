package dev.swath.fianet.model;

import dev.swath.files.Quoted;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a checkpoint holds, by its names. */
public sealed interface Recognition {
    /**
     * A network that is here.
     *
     * @param network which
     */
    record Known(NetworkProvider network) implements Recognition {
        @Override
        public String words() {
            return "a whole " + network.title();
        }
    }

    /**
     * A referring network that is not here.
     *
     * @param words which, as in "an RMSIN checkpoint"
     */
    record Elsewhere(String words) implements Recognition {}

    /**
     * A part of a network that is here.
     *
     * @param network which
     * @param lacking the parts that it lacks, as beginnings of names
     */
    record Part(NetworkProvider network, List<String> lacking) implements Recognition {
        @Override
        public String words() {
            return "a part of " + network.title() + " without "
                    + lacking.stream().map(p -> p.replaceFirst("\\.$", "")).collect(Collectors.joining(" and "));
        }
    }

    /** What is no referring network. */
    enum Other implements Recognition {
        /** A Swin backbone alone. */
        SWIN("only a Swin backbone"),
        /** A BERT encoder alone. */
        BERT("only a BERT text encoder"),
        /** Something else. */
        UNKNOWN("weights of a network that is not known here");

        private final String words;

        Other(String words) {
            this.words = words;
        }

        @Override
        public String words() {
            return words;
        }
    }

    /** A network may be estimated to have so many times the values that its file holds; the rest is for what is not estimated. */
    int SLACK = 2;

    /** So many values any network may have. */
    long SPARE_VALUES = 1 << 20;

    /** For people, to follow "holds". */
    String words();

    /** Recognises a checkpoint. */
    static Recognition of(Checkpoint checkpoint) {
        StateDict tensors = checkpoint.tensors();
        Optional<NetworkProvider> whole = strictest(s -> s.fits(tensors));
        if (whole.isPresent()) {
            return new Known(whole.get());
        }
        Optional<String> elsewhere = OtherNetworks.of(tensors);
        if (elsewhere.isPresent()) {
            return new Elsewhere(elsewhere.get());
        }
        return strictest(s -> s.isPart(tensors))
                .<Recognition>map(n -> new Part(n, n.signature().lacking(tensors)))
                .orElseGet(() -> other(tensors));
    }

    /** Of the networks whose signatures fit, the one that asks for most; of several, the first. */
    private static Optional<NetworkProvider> strictest(Predicate<Signature> fits) {
        List<NetworkProvider> fitting =
                Networks.all().stream().filter(n -> fits.test(n.signature())).toList();
        return fitting.reversed().stream()
                .max(Comparator.comparingInt(n -> n.signature().strictness()));
    }

    private static Other other(StateDict tensors) {
        boolean backbone = begins(tensors, "backbone.layers.") || begins(tensors, "layers.0.blocks.");
        if (backbone && !begins(tensors, "text_encoder.")) {
            return Other.SWIN;
        }
        boolean text = begins(tensors, "bert.embeddings.") || begins(tensors, "embeddings.word_embeddings.");
        return text ? Other.BERT : Other.UNKNOWN;
    }

    private static boolean begins(StateDict tensors, String prefix) {
        return !tensors.namesUnder(prefix).isEmpty();
    }

    /** The network whose weights these are, or one sentence that says what the file holds instead. */
    static NetworkProvider network(Checkpoint checkpoint) {
        return switch (of(checkpoint)) {
            case Known(NetworkProvider network) -> network;
            case Elsewhere(String words) ->
                throw new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + " is " + words
                        + "; this version reads " + titles(" and "));
            case Part part -> throw needed(checkpoint, part, "a whole one");
            case Other other -> throw needed(checkpoint, other, "a whole " + titles(" or "));
        };
    }

    /** Throws if a network of so many values, roughly, would have far more of them than the file holds: it is not made. */
    static void requireHeld(Checkpoint checkpoint, long parameters) {
        StateDict tensors = checkpoint.tensors();
        long values = 0;
        for (String name : tensors.names()) {
            values += tensors.entry(name).shape().elements();
        }
        if (parameters / SLACK > values + SPARE_VALUES) {
            throw new WeightsException("[weights] " + Quoted.path(checkpoint.path())
                    + " describes no network that can be: one of these sizes has some " + parameters
                    + " values, but the file holds " + values);
        }
    }

    /** These weights of Swin or BERT, or one sentence that says what the file holds instead. */
    static Checkpoint require(Checkpoint checkpoint, Other wanted) {
        Recognition found = of(checkpoint);
        if (found != wanted) {
            throw needed(checkpoint, found, wanted.words());
        }
        return checkpoint;
    }

    private static WeightsException needed(Checkpoint checkpoint, Recognition found, String wanted) {
        return new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + ": this file holds " + found.words()
                + ", but " + wanted + " is needed here");
    }

    private static String titles(String last) {
        List<String> all = Networks.all().stream().map(NetworkProvider::title).toList();
        return all.size() == 1
                ? all.getFirst()
                : all.subList(0, all.size() - 1).stream().collect(Collectors.joining(", ")) + last + all.getLast();
    }
}
