package dev.swath.weights;

import dev.swath.tensor.StateDict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A checkpoint of any format that Swath reads, recognised by its content; whose weights they are is for others to say.
 *
 * @param path the file
 * @param format how it is written
 * @param tensors the weights, with a leading {@code module.} taken off
 */
public record Checkpoint(Path path, Format format, StateDict tensors) {
    /** How a file is written. */
    public enum Format {
        /** {@code .safetensors}. */
        SAFETENSORS,
        /** {@code torch.save}, either form. */
        TORCH
    }

    /** Opens a file; a folder stands for the {@code model.safetensors} or {@code pytorch_model.bin} in it. */
    public static Checkpoint open(Path path) {
        Path file = path;
        if (Files.isDirectory(path)) {
            file = path.resolve("model.safetensors");
            if (!Files.exists(file)) {
                file = path.resolve("pytorch_model.bin");
            }
            if (!Files.exists(file)) {
                throw WeightsException.in(path, "the folder holds neither model.safetensors nor pytorch_model.bin");
            }
        }
        byte[] head =
                FileBytes.of(file).read(0, (int) Math.min(16, FileBytes.of(file).size()));
        boolean torch = head.length >= 2
                && ((head[0] == 'P' && head[1] == 'K')
                        || ((head[0] & 0xff) == 0x80 && head[1] == 2 && head.length > 2 && (head[2] & 0xff) == 0x8a));
        StateDict raw = torch
                ? torch(TorchCheckpoint.open(file))
                : Safetensors.open(file).tensors();
        StateDict tensors = Names.withoutPrefix(raw, "module.");
        return new Checkpoint(file, torch ? Format.TORCH : Format.SAFETENSORS, tensors);
    }

    private static StateDict torch(TorchCheckpoint checkpoint) {
        if (checkpoint.root() instanceof Map<?, ?> root) {
            for (String key : new String[] {"state_dict", "model"}) {
                if (root.get(key) instanceof Map<?, ?>) {
                    return checkpoint.stateDict(key);
                }
            }
        }
        return checkpoint.stateDict(null);
    }
}
