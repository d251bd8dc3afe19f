package dev.swath.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kernels as they are in the jar: CUDA C++, and where a build had nvcc, machine code beside it. */
final class Sources {
    /** What kernels include: the words they are written in, and the tiles that products and convolutions share. */
    static final List<String> HEADERS = List.of("device.cuh", "products.cuh", "hopper.cuh");

    /** Every file of kernels, those that take longest to compile first. */
    static final List<String> FILES = List.of(
            "window_attention",
            "layer_norm",
            "attention",
            "channel_norm",
            "reduce",
            "adamw",
            "adaptive_avg_pool",
            "attention_tiles",
            "binary",
            "cast",
            "conv2d",
            "conv2d_f32",
            "conv2d_parts",
            "conv2d_tf32",
            "copy",
            "dropout",
            "embedding",
            "gemm",
            "gemm_f32",
            "gemm_parts",
            "gemm_tf32",
            "gradient_clipping",
            "hopper_conv2d",
            "hopper_gemm",
            "patch_merge",
            "resize",
            "segmentation_loss",
            "softmax",
            "unary",
            "window_attention_12",
            "window_attention_tiles",
            "word_chain");

    private Sources() {}

    /** The text of all headers. */
    static String headers() {
        StringBuilder all = new StringBuilder();
        HEADERS.forEach(name -> all.append(text(name)));
        return all.toString();
    }

    /** The text of {@code source/NAME}. */
    static String text(String name) {
        byte[] bytes = resource("source/" + name);
        if (bytes == null) {
            throw new IllegalStateException("[cuda] there is no kernel file " + name + " in this version");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** What nvcc made of {@code FILE.cu} for several devices, or null if the build had no nvcc. */
    static byte @Nullable [] fatbin(String file) {
        return resource("binary/" + file + ".fatbin");
    }

    private static byte @Nullable [] resource(String name) {
        try (InputStream in = Sources.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
