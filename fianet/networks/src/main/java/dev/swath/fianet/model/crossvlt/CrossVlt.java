package dev.swath.fianet.model.crossvlt;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Resize;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.Trunk;
import dev.swath.fianet.model.parts.Decoder;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.Words;
import dev.swath.nn.Init;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Parameter;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The whole network. Language stage s reads the words, vision stage s asks them, language stage s + 1 asks its pixels, and so on;
 * the decoder puts the four maps together. In training each scale also says how alike its pixels and the sentence are.
 */
public final class CrossVlt extends ReferringNetwork implements Meant {
    /** The parameter of the training loss that divides each scale's alignment. */
    static final String TEMPERATURE = "temp";

    private static final String FIRST = "lang_stage1.";
    private static final String LAYER = FIRST + "encoder.layer.";
    private static final Pattern SWIN =
            Pattern.compile("backbone\\.(\\d)\\.(?:layers\\.((?:blocks|downsample)\\..*)|(patch_embed\\..*))");
    private static final Pattern STEP = Pattern.compile("lang_stage1\\.encoder\\.layer\\.\\d+"
            + "|lang_stage[234]"
            + "|backbone\\.\\d\\.layers\\.blocks\\.\\d+"
            + "|backbone\\.\\d\\.norm\\d"
            + "|classifier");

    private final CrossVltConfig config;
    private final Parameter temperature;
    private final ModuleList<VisionStage> backbone = new ModuleList<>();
    private final FirstLanguageStage first;
    private final List<LanguageStage> later = new ArrayList<>();
    private final Decoder classifier;

    /** With unset parameters; load or initialise them. */
    public CrossVlt(CrossVltConfig config) {
        this.config = config;
        this.temperature = parameter(TEMPERATURE, Shape.of(CrossVltConfig.STAGES), Init.constant(1));
        for (int i = 0; i < CrossVltConfig.STAGES; i++) {
            backbone.add(new VisionStage(config, i));
        }
        child("backbone", backbone);
        this.first = child("lang_stage1", new FirstLanguageStage(config.text(), config.alignmentChannels()));
        for (int i = 1; i < CrossVltConfig.STAGES; i++) {
            later.add(child(
                    "lang_stage" + (i + 1),
                    new LanguageStage(config.text(), config.vision().width(i), config.alignmentChannels())));
        }
        this.classifier = child("classifier", new Decoder(config.vision().width(3)));
    }

    @Override
    public Map<String, Meaning> meanings() {
        Map<String, Meaning> out = new LinkedHashMap<>();
        for (int i = 0; i < CrossVltConfig.STAGES; i++) {
            out.put(backbone.name() + "." + i, Meaning.STAGE);
        }
        return out;
    }

    @Override
    public CrossVltConfig config() {
        return config;
    }

    @Override
    public Var forward(Tape tape, Var image, SentenceInput sentences) {
        return pass(tape, image, sentences, false).getFirst();
    }

    /** The logits and, with {@code align}, each scale's pixels (B, H, W, A) and sentence (B, A), in turns. */
    private List<Var> pass(Tape tape, Var image, SentenceInput in, boolean align) {
        int smallest = 8 * config.vision().patch();
        if (image.dim(1) <= smallest && image.dim(2) <= smallest) {
            throw new ModuleException("[crossvlt] the image must be larger than " + smallest
                    + " pixels in one direction, for the last stage needs more than one cell; got "
                    + image.value().describe());
        }
        return callAll(tape, () -> {
            Var mask = Cast.apply(tape, in.mask(0), image.dtype());
            List<Var> maps = new ArrayList<>();
            List<Var> aligned = new ArrayList<>();
            List<Var> words = first.forward(tape, in.ids(), mask, align);
            Var x = image;
            for (int i = 0; i < CrossVltConfig.STAGES; i++) {
                VisionStage stage = backbone.get(i);
                Var input = x;
                Words seen = new Words(words.getFirst(), mask);
                VisionStage.Result r = stage.result(
                        tape.scopeAll(backbone.name(), () -> stage.forward(tape, input, seen, align)), align);
                maps.add(r.map());
                if (r.aligned() != null) {
                    aligned.add(r.aligned());
                    aligned.add(words.getLast());
                }
                if (i < later.size()) {
                    x = Objects.requireNonNull(r.next());
                    Var pixels = VisionStage.cells(tape, x);
                    words = later.get(i).forward(tape, words.getFirst(), mask, pixels, align);
                }
            }
            Sentence sentence = new Sentence(List.of(new Words(words.getFirst(), mask)));
            Var logits = classifier.forward(tape, maps, sentence);
            List<Var> out = new ArrayList<>();
            out.add(Resize.bilinear(tape, logits, image.dim(1), image.dim(2), true));
            out.addAll(aligned);
            return out;
        });
    }

    /** How alike each scale's pixels and sentence are, over its temperature: maps (B, H_i, W_i, 1), of what the pass aligned. */
    private List<Var> similarities(Tape tape, List<Var> aligned) {
        List<Var> out = new ArrayList<>();
        for (int i = 0; i < CrossVltConfig.STAGES; i++) {
            Var cosine = Alignment.similarity(tape, aligned.get(2 * i), aligned.get(2 * i + 1));
            out.add(Binary.div(tape, cosine, Narrow.apply(tape, temperature, 0, i, i + 1)));
        }
        return out;
    }

    /** The logits and the four maps of alignment, in the type of the image. */
    List<Var> aligned(Tape tape, Var image, SentenceInput sentences) {
        List<Var> r = inPrecision(tape, image, sentences, (i, s) -> pass(tape, i, s, true));
        List<Var> out = new ArrayList<>(List.of(r.getFirst()));
        out.addAll(similarities(tape, r.subList(1, r.size())));
        return out;
    }

    /** The loss of the logits and the binary cross entropy of each scale's alignment. */
    @Override
    public Var loss(Tape tape, Var image, SentenceInput sentences, Tensor target, SegmentationLoss loss) {
        List<Var> r = aligned(tape, image, sentences);
        Var total = loss.forward(tape, r.getFirst(), target);
        for (Var map : r.subList(1, r.size())) {
            total = Binary.add(tape, total, Alignment.loss(tape, map, target));
        }
        return total;
    }

    /** As published: the temperatures stand in no group, and so do the embeddings unless they learn. */
    @Override
    public List<ParameterGroup> groups(double weightDecay, int textLayers, boolean textEmbeddings) {
        Map<String, Parameter> all = namedParameters();
        List<ParameterGroup> out = new ArrayList<>(List.of(
                Trunk.group("backbone, no decay", all, n -> n.startsWith(Trunk.BACKBONE) && Trunk.isUndecayed(n), 0),
                Trunk.group("backbone", all, n -> n.startsWith(Trunk.BACKBONE) && !Trunk.isUndecayed(n), weightDecay),
                Trunk.group("decoder", all, n -> n.startsWith(Trunk.DECODER), weightDecay),
                Trunk.group(
                        "text 1", all, n -> n.startsWith(FIRST + "encoder.") && learns(n, textLayers), weightDecay)));
        for (int i = 2; i <= CrossVltConfig.STAGES; i++) {
            String stage = "lang_stage" + i + ".";
            out.add(Trunk.group("text " + i, all, n -> n.startsWith(stage), weightDecay));
        }
        if (textEmbeddings) {
            out.add(Trunk.group("text embeddings", all, n -> n.startsWith(FIRST + "embeddings."), weightDecay));
        }
        return List.copyOf(out);
    }

    /** Whether a parameter of the first stage's encoder stands in one of the first layers, or in none. */
    private static boolean learns(String name, int layers) {
        return !name.startsWith(LAYER)
                || Integer.parseInt(name.substring(LAYER.length(), name.indexOf('.', LAYER.length()))) < layers;
    }

    /** Patch embedding, blocks and mergings; what else a stage has, no Swin file holds. */
    @Override
    public Optional<String> swinName(String own) {
        Matcher m = SWIN.matcher(own);
        if (!m.matches()) {
            return Optional.empty();
        }
        return Optional.of(m.group(3) != null ? m.group(3) : "layers." + m.group(1) + "." + m.group(2));
    }

    /** The embeddings and layers of the first language stage. */
    @Override
    public Optional<String> bertName(String own) {
        return own.startsWith(FIRST + "embeddings.") || own.startsWith(LAYER)
                ? Optional.of(own.substring(FIRST.length()))
                : Optional.empty();
    }

    /** Those of the first language stage. */
    @Override
    public OptionalInt bertLayers() {
        return OptionalInt.of(config.text().layers());
    }

    @Override
    public boolean isStep(String path) {
        return STEP.matcher(path).matches();
    }
}
