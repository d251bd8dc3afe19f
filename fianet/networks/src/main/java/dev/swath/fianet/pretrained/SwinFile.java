package dev.swath.fianet.pretrained;

import dev.swath.fianet.model.Recognition;
import dev.swath.files.Quoted;
import dev.swath.kernels.Backend;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.Names;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Swin backbone from a file as the authors publish it ({@code swin_base_patch4_window12_384_22k.pth} and its kin), or
 * from any other checkpoint with the same names. Head and final norm are left out.
 *
 * <pre>{@code
 * SwinTransformer swin = SwinFile.open(Path.of("swin_tiny_patch4_window7_224.pth"), Backends.cpu());
 * Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()));
 * List<Var> stages = swin.forward(tape, Var.constant(image)); // (1, H, W, 3) to four maps
 * }</pre>
 */
public final class SwinFile {
    private SwinFile() {}

    /** Opens a file at the size that it has. {@code packFor} is the backend to pack for, or null to train on. */
    public static SwinTransformer open(Path file, @Nullable Backend packFor) {
        Checkpoint checkpoint = Recognition.require(Checkpoint.open(file), Recognition.Other.SWIN);
        return load(checkpoint, config(checkpoint), packFor);
    }

    /**
     * Opens a file as a backbone of the given configuration. If only the window differs, the tables of relative-position
     * bias are resized bicubically.
     *
     * @throws WeightsException if anything else differs; the message lists the names
     */
    public static SwinTransformer open(Path file, SwinConfig config, @Nullable Backend packFor) {
        return load(Recognition.require(Checkpoint.open(file), Recognition.Other.SWIN), config, packFor);
    }

    private static SwinTransformer load(Checkpoint checkpoint, SwinConfig config, @Nullable Backend packFor) {
        SwinTransformer swin = new SwinTransformer(config);
        LoadReport.load(Names.swin(checkpoint.tensors(), swin.targets()), swin.targets(), swin.sink(packFor))
                .acceptMissing("relative_position_index")
                .requireComplete(checkpoint.path().toString());
        return swin;
    }

    /** The sizes that the shapes in the file imply, if it may hold a backbone of them. */
    static SwinConfig config(Checkpoint checkpoint) {
        StateDict tensors = Names.swin(checkpoint.tensors());
        Shape patch = shape(tensors, checkpoint, "patch_embed.proj.weight", 4);
        int embedDim = patch.dim(0);
        List<Integer> depths = new ArrayList<>();
        List<Integer> heads = new ArrayList<>();
        while (tensors.contains("layers." + depths.size() + ".blocks.0.norm1.weight")) {
            String blocks = "layers." + depths.size() + ".blocks.";
            int depth = 0;
            while (tensors.contains(blocks + depth + ".norm1.weight")) {
                depth++;
            }
            heads.add(shape(tensors, checkpoint, blocks + "0.attn.relative_position_bias_table", 2)
                    .dim(1));
            depths.add(depth);
        }
        int rows = shape(tensors, checkpoint, "layers.0.blocks.0.attn.relative_position_bias_table", 2)
                .dim(0);
        int hidden = shape(tensors, checkpoint, "layers.0.blocks.0.mlp.fc1.weight", 2)
                .dim(0);
        int window = ((int) Math.round(Math.sqrt(rows)) + 1) / 2;
        try {
            SwinConfig config = new SwinConfig(
                    embedDim, depths, heads, window, patch.dim(2), embedDim == 0 ? 0 : hidden / embedDim, 0.3);
            Recognition.requireHeld(checkpoint, config.parameters());
            return config;
        } catch (IllegalArgumentException e) {
            throw new WeightsException("[weights] " + Quoted.path(checkpoint.path())
                    + " holds no Swin of a size that can be: " + e.getMessage());
        }
    }

    private static Shape shape(StateDict tensors, Checkpoint checkpoint, String name, int rank) {
        StateDict.Entry entry = tensors.find(name).orElse(null);
        if (entry == null || entry.shape().rank() != rank) {
            throw new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + ": '" + name
                    + "' must be there with " + rank + " axes; got " + (entry == null ? "none" : entry.shape()));
        }
        return entry.shape();
    }
}
