package dev.swath.fianet;

import dev.swath.nn.bert.BertEncoder;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Weights under the names, and with the additions, of the files that the authors of Swin and BERT publish. */
public final class PublishedFiles {
    private PublishedFiles() {}

    /** The golden backbone with what an official classifier holds besides; {@code prefix} before each name. */
    public static StateDict swin(Golden golden, String prefix) {
        StateDict out = new StateDict();
        StateDict given = golden.under("param/");
        given.names().forEach(n -> out.put(prefix + n, given.entry(n)));
        for (String extra :
                List.of("norm.weight", "norm.bias", "head.weight", "head.bias", "layers.0.blocks.1.attn_mask")) {
            out.put(prefix + extra, Tensor.zeros(3));
        }
        return out;
    }

    /** Writes the encoder's weights and the vocabulary, with the old names gamma and beta, a pooler and a head. */
    public static void bert(Path folder, BertEncoder encoder) throws IOException {
        StateDict out = new StateDict();
        StateDict given = encoder.stateDict();
        for (String name : given.names()) {
            String old = name.contains("LayerNorm")
                    ? name.replace(".weight", ".gamma").replace(".bias", ".beta")
                    : name;
            out.put("bert." + old, given.entry(name));
        }
        out.put("bert.pooler.dense.weight", Tensor.zeros(2, 2));
        out.put("cls.predictions.bias", Tensor.zeros(2));
        Files.createDirectories(folder);
        Safetensors.write(folder.resolve("model.safetensors"), out, Map.of());
        Files.write(folder.resolve("vocab.txt"), TinyModel.PIECES);
    }
}
