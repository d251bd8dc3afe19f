package dev.swath.fianet.model;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a model folder's {@code config.json} says: the network, and what its inputs look like. This class alone writes
 * and reads it.
 *
 * @param network sizes and wiring
 * @param dataset whose classes sentences are parsed for
 * @param sentenceLength N, ids a sentence, [CLS] and [SEP] included
 * @param imageSize side in pixels of the square that images are brought to
 */
public record ModelConfig(FiaNetConfig network, DatasetVocabulary dataset, int sentenceLength, int imageSize) {
    /** Side of the published models' images. */
    public static final int PUBLISHED_SIZE = 480;

    /** Checks. */
    public ModelConfig {
        if (sentenceLength < 3 || sentenceLength > network.text().positions()) {
            throw new IllegalArgumentException("[config] sentence_length must lie in [3, "
                    + network.text().positions() + "], the positions of the text encoder; got " + sentenceLength);
        }
        if (imageSize <= 8 * network.vision().patch() || imageSize > 8192) {
            throw new IllegalArgumentException(
                    "[config] image_size must lie in [" + (8 * network.vision().patch() + 1)
                            + ", 8192], for the last stage needs more than one cell; got " + imageSize);
        }
    }

    /** The published model for a data set. */
    public static ModelConfig published(DatasetVocabulary dataset) {
        FiaNetConfig network = dataset == DatasetVocabulary.RRSISD ? FiaNetConfig.rrsisd() : FiaNetConfig.refsegrs();
        return new ModelConfig(network, dataset, dataset.length(), PUBLISHED_SIZE);
    }

    /** With another network. */
    public ModelConfig withNetwork(FiaNetConfig n) {
        return new ModelConfig(n, dataset, sentenceLength, imageSize);
    }

    /** As an object to be written as JSON. */
    public Map<String, Object> toJson() {
        SwinConfig v = network.vision();
        Map<String, Object> swin = new LinkedHashMap<>();
        swin.put("embed_dim", v.embedDim());
        swin.put("depths", v.depths());
        swin.put("heads", v.heads());
        swin.put("window", v.window());
        swin.put("patch", v.patch());
        swin.put("mlp_ratio", v.mlpRatio());
        swin.put("drop_path", v.dropPath());
        BertConfig t = network.text();
        Map<String, Object> bert = new LinkedHashMap<>();
        bert.put("vocabulary", t.vocabulary());
        bert.put("hidden", t.hidden());
        bert.put("layers", t.layers());
        bert.put("heads", t.heads());
        bert.put("intermediate", t.intermediate());
        bert.put("positions", t.positions());
        bert.put("types", t.types());
        bert.put("dropout", t.dropout());
        bert.put("layer_norm_eps", t.eps());
        FiaNetConfig.Ablation a = network.ablation();
        Map<String, Object> ablation = new LinkedHashMap<>();
        ablation.put("fiam", a.fiam());
        ablation.put("tmem", a.tmem());
        ablation.put("modulation", a.modulation());
        ablation.put("ground_object", a.groundObject());
        ablation.put("spatial_position", a.spatialPosition());
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("dataset", dataset.name().toLowerCase(Locale.ROOT));
        out.put("image_size", imageSize);
        out.put("sentence_length", sentenceLength);
        out.put("swin", swin);
        out.put("bert", bert);
        out.put("fusion_heads", network.fusionHeads());
        out.put("tmem_blocks", network.tmemBlocks());
        out.put("fusion_dropout", network.fusionDropout());
        out.put("wiring", network.wiring().name().toLowerCase(Locale.ROOT));
        out.put("ablation", ablation);
        return out;
    }

    /** From such an object; a key that is absent takes its value from {@code defaults}, an unknown one is an error. */
    public static ModelConfig fromJson(Fields fields, ModelConfig defaults) {
        FiaNetConfig n = defaults.network;
        DatasetVocabulary dataset = fields.choice("dataset", defaults.dataset);
        int size = fields.integer("image_size", defaults.imageSize);
        int length = fields.integer(
                "sentence_length", dataset == defaults.dataset ? defaults.sentenceLength : dataset.length());
        FiaNetConfig network = new FiaNetConfig(
                swin(fields.object("swin"), n.vision()),
                bert(fields.object("bert"), n.text()),
                fields.integers("fusion_heads", n.fusionHeads()),
                fields.integer("tmem_blocks", n.tmemBlocks()),
                fields.number("fusion_dropout", n.fusionDropout()),
                fields.choice("wiring", n.wiring()),
                ablation(fields.object("ablation"), n.ablation()));
        fields.requireNoOthers();
        return new ModelConfig(network, dataset, length, size);
    }

    private static SwinConfig swin(Fields f, SwinConfig d) {
        SwinConfig c = new SwinConfig(
                f.integer("embed_dim", d.embedDim()),
                f.integers("depths", d.depths()),
                f.integers("heads", d.heads()),
                f.integer("window", d.window()),
                f.integer("patch", d.patch()),
                f.integer("mlp_ratio", d.mlpRatio()),
                f.number("drop_path", d.dropPath()));
        f.requireNoOthers();
        return c;
    }

    private static BertConfig bert(Fields f, BertConfig d) {
        BertConfig c = new BertConfig(
                f.integer("vocabulary", d.vocabulary()),
                f.integer("hidden", d.hidden()),
                f.integer("layers", d.layers()),
                f.integer("heads", d.heads()),
                f.integer("intermediate", d.intermediate()),
                f.integer("positions", d.positions()),
                f.integer("types", d.types()),
                f.number("dropout", d.dropout()),
                f.number("layer_norm_eps", d.eps()));
        f.requireNoOthers();
        return c;
    }

    private static FiaNetConfig.Ablation ablation(Fields f, FiaNetConfig.Ablation d) {
        FiaNetConfig.Ablation a = new FiaNetConfig.Ablation(
                f.flag("fiam", d.fiam()),
                f.flag("tmem", d.tmem()),
                f.flag("modulation", d.modulation()),
                f.flag("ground_object", d.groundObject()),
                f.flag("spatial_position", d.spatialPosition()));
        f.requireNoOthers();
        return a;
    }
}
