package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import java.util.List;

/**
 * Where the images and masks of phrase files lie. RefSegRS has {@code images/<id>.tif} and {@code masks/<id>.tif}; RISBench is handed
 * around so, too, or with {@code img_rgb/} and {@code mask/}, as PNG.
 *
 * @param root of the data set
 * @param images folder of the images
 * @param masks folder of the masks
 * @param endings that a file may have, the usual one first
 */
record PhraseImages(DataRoot root, String images, String masks, List<String> endings) {
    private static final String RISBENCH_IMAGES = "img_rgb";

    static PhraseImages of(DataRoot root, DatasetVocabulary dataset) {
        if (dataset != DatasetVocabulary.RISBENCH) {
            return new PhraseImages(root, "images", "masks", List.of(".tif"));
        }
        return new PhraseImages(
                root,
                root.list("images").isEmpty() ? RISBENCH_IMAGES : "images",
                root.list("masks").isEmpty() ? "mask" : "masks",
                List.of(".png", ".tif", ".jpg"));
    }

    /** Which data set phrase files belong to: both have them. */
    static DatasetVocabulary dataset(DataRoot root) {
        return root.list(RISBENCH_IMAGES).isEmpty() ? DatasetVocabulary.REFSEGRS : DatasetVocabulary.RISBENCH;
    }

    String image(String id) {
        return file(images, id);
    }

    String mask(String id) {
        return file(masks, id);
    }

    private String file(String folder, String id) {
        if (endings.size() == 1) {
            return folder + "/" + id + endings.getFirst();
        }
        String bare = endings.stream()
                .filter(id::endsWith)
                .findFirst()
                .map(e -> id.substring(0, id.length() - e.length()))
                .orElse(id);
        return endings.stream()
                .map(e -> folder + "/" + bare + e)
                .filter(root::exists)
                .findFirst()
                .orElse(folder + "/" + bare + endings.getFirst());
    }
}
