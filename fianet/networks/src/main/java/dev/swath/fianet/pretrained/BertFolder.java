package dev.swath.fianet.pretrained;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.Recognition;
import dev.swath.files.Quoted;
import dev.swath.kernels.Backend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tokenizer.Encoding;
import dev.swath.tokenizer.Piece;
import dev.swath.tokenizer.SpecialPieces;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.Names;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A BERT as it is published: a folder with {@code config.json}, {@code vocab.txt} or {@code tokenizer.json}, and {@code model.safetensors}
 * or {@code pytorch_model.bin} (zip or legacy, whole or in parts, old names with gamma and beta too; pooler and heads are left
 * out). {@code tokenizer_config.json} is followed: case, accents, ideographs, names of special pieces.
 *
 * <pre>{@code
 * BertFolder bert = BertFolder.open(Path.of("bert-base-uncased"), Backends.cpu());
 * Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()));
 * Tensor hidden = bert.encode(tape, "a storage tank"); // (1, N, D)
 * }</pre>
 *
 * @param encoder loaded, its weights packed if a backend was given
 * @param tokenizer on the folder's vocabulary
 */
public record BertFolder(BertEncoder encoder, WordPieceTokenizer tokenizer) {
    /**
     * Opens a folder.
     *
     * @param packFor the backend that the weights are packed for, which makes them read-only; null to train on
     * @throws WeightsException if a file is missing or damaged, or they do not belong together
     */
    public static BertFolder open(Path folder, @Nullable Backend packFor) {
        Path file = folder.resolve("config.json");
        BertConfig config = BertConfigFile.read(file);
        Checkpoint checkpoint = Recognition.require(Checkpoint.open(folder), Recognition.Other.BERT);
        StateDict tensors = Names.bert(checkpoint.tensors());
        BertConfigFile.requireAgreement(file, config, tensors, checkpoint.path());
        WordPieceTokenizer tokenizer = BertTokenizerFiles.read(folder, config.vocabulary());
        BertEncoder encoder = new BertEncoder(config);
        LoadReport.load(tensors, encoder.targets(), encoder.sink(packFor))
                .requireComplete(Quoted.path(checkpoint.path()));
        return new BertFolder(encoder, tokenizer);
    }

    /**
     * Throws, naming the key, if the folder is for text in another form than the referring networks read: their sentences are in
     * lower case and without accents, whatever BERT they begin from.
     */
    public static void requireUncased(Path folder) {
        BertTokenizerFiles.requireUncased(folder);
    }

    /**
     * The sentence as ids: [CLS], pieces, [SEP], no padding. Of a sentence longer than the encoder takes the last pieces are left
     * out; the [SEP] stays. A sentence may have at most {@link WordPieceTokenizer#MAX_CHARS} chars.
     */
    public Encoding tokenize(String sentence) {
        List<Piece> pieces = tokenizer.tokenize(sentence);
        int most = encoder.config().positions();
        int length = Math.min(most, pieces.size() + 2);
        SpecialPieces special = tokenizer.vocabulary().special();
        long[] ids = new long[length];
        long[] mask = new long[length];
        Arrays.fill(mask, 1);
        ids[0] = tokenizer.vocabulary().id(special.begin());
        for (int i = 1; i < length - 1; i++) {
            ids[i] = pieces.get(i - 1).id();
        }
        if (length > 1) {
            ids[length - 1] = tokenizer.vocabulary().id(special.end());
        }
        return new Encoding(ids, mask, pieces, pieces.size() + 2 > most);
    }

    /** The last hidden state (1, N, D) of a sentence. */
    public Tensor encode(Tape tape, String sentence) {
        return encode(tape, tokenize(sentence));
    }

    /** The last hidden state (1, N, D) of ids that {@link #tokenize} made. */
    public Tensor encode(Tape tape, Encoding encoding) {
        int length = encoding.ids().length;
        Var mask = tape.constant(Tensor.of(encoding.mask(), 1, length).to(DType.F32));
        Tensor ids = tape.indices(
                Tensor.of(encoding.ids(), 1, length), encoder.config().vocabulary());
        return encoder.forward(tape, ids, mask).value();
    }
}
