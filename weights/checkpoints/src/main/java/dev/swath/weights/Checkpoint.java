package dev.swath.weights;

import dev.swath.files.FileKind;
import dev.swath.files.Quoted;
import dev.swath.tensor.StateDict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint of any format that Swath reads, recognised by its content; whose weights they are is for others to say.
 *
 * @param path the file
 * @param format how it is written
 * @param tensors the weights, under their names in the network: without what wrappers put in ({@link Names#withoutWrappers})
 * @param settings what the file says beside the weights
 * @param notes sentences on what was passed over or chosen, for people
 */
public record Checkpoint(Path path, Format format, StateDict tensors, Settings settings, List<String> notes) {
    /** How a file is written. */
    public enum Format {
        /** {@code .safetensors}. */
        SAFETENSORS,
        /** {@code torch.save}, either form. */
        TORCH
    }

    /**
     * What a file says beside the weights.
     *
     * @param config the text of a {@code config.json} of ours, if it carries one under {@link Settings#CONFIG}
     * @param arguments plain values of the training script's {@code args}, by name; empty if it has none
     */
    public record Settings(Optional<String> config, Map<String, Object> arguments) {
        /** The key, or the name in the metadata of safetensors, under which our writers put the configuration. */
        public static final String CONFIG = "swath_config";

        /** Nothing. */
        public static final Settings NONE = new Settings(Optional.empty(), Map.of());
    }

    /** Copies. */
    public Checkpoint {
        notes = List.copyOf(notes);
    }

    /** Of weights alone. */
    public Checkpoint(Path path, Format format, StateDict tensors) {
        this(path, format, tensors, Settings.NONE, List.of());
    }

    /**
     * Opens a file; a folder stands for the {@code model.safetensors} or {@code pytorch_model.bin} in it, or for the parts that
     * their {@code .index.json} lists.
     */
    public static Checkpoint open(Path path) {
        Path file = Files.isDirectory(path) ? ShardedFiles.mainFile(path) : path;
        Checkpoint raw =
                file.getFileName() != null && file.getFileName().toString().endsWith(ShardedFiles.INDEX)
                        ? ShardedFiles.open(file)
                        : part(file);
        if (raw.tensors.size() == 0) {
            throw WeightsException.in(file, "the file holds no tensors");
        }
        return new Checkpoint(file, raw.format, Names.withoutWrappers(raw.tensors), raw.settings, raw.notes);
    }

    /** One file, its names as they stand there. */
    static Checkpoint part(Path file) {
        FileBytes bytes = FileBytes.of(file);
        byte[] head = bytes.read(0, (int) Math.min(FileKind.HEAD, bytes.size()));
        if (isTorch(head)) {
            TorchCheckpoint torch = TorchCheckpoint.open(file);
            SavedWeights.Found found = SavedWeights.in(file, torch.root());
            List<String> notes = new ArrayList<>(found.notes());
            if (!torch.passedOver().isEmpty()) {
                notes.add("values of these classes were passed over, and nothing was run: "
                        + Quoted.list(torch.passedOver()));
            }
            return new Checkpoint(
                    file, Format.TORCH, torch.stateDict(found.tensors()), TorchSettings.of(torch.root()), notes);
        }
        boolean header = head.length > 8 && head[8] == '{';
        if (!header) {
            NoWeights.of(head, bytes.size()).ifPresent(words -> {
                throw WeightsException.in(file, "this is " + words);
            });
            if (!Safetensors.begins(head)) {
                throw WeightsException.in(file, "this is neither safetensors nor a file of torch.save");
            }
        }
        Safetensors.Contents contents = Safetensors.open(file);
        return new Checkpoint(
                file,
                Format.SAFETENSORS,
                contents.tensors(),
                new Settings(Optional.ofNullable(contents.metadata().get(Settings.CONFIG)), Map.of()),
                contents.notes());
    }

    /** A zip archive, or the number that every legacy file begins with, in any pickle protocol. */
    private static boolean isTorch(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.startsWith("{", 8)) {
            return false; // the length of the header of safetensors, which may be any number
        }
        return text.startsWith("PK")
                || (text.startsWith("\u0080") && head.length > 2 && head[1] >= 0 && head[1] <= 5)
                || text.startsWith("L119547037146038801333356L\n");
    }
}
