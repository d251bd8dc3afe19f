package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingConfigTest {
    private static TrainingConfig read(String json, DatasetVocabulary dataset) {
        return TrainingConfig.fromJson(
                new Fields(Json.parseObject(json), "run.json"), TrainingConfig.published(dataset));
    }

    @ParameterizedTest
    @EnumSource(DatasetVocabulary.class)
    void everyKeyReadsBack(DatasetVocabulary dataset) {
        TrainingConfig other = read("""
                {"model": {"image_size": 224, "sentence_length": 17, "swin": {"embed_dim": 48, "depths": [2, 2, 4, 2],
                   "heads": [2, 4, 8, 16], "window": 7, "patch": 2, "mlp_ratio": 3, "drop_path": 0.2},
                  "bert": {"vocabulary": 100, "hidden": 60, "layers": 3, "heads": 5, "intermediate": 90, "positions": 40,
                   "types": 1, "dropout": 0.3, "layer_norm_eps": 1e-6},
                  "fusion_heads": [1, 2, 3, 4], "tmem_blocks": 2, "fusion_dropout": 0.4, "wiring": "paper",
                  "ablation": {"fiam": true, "tmem": false, "modulation": false, "ground_object": false,
                   "spatial_position": false}},
                 "epochs": 3, "batch": 5, "accumulate": 7, "seed": 11, "augment": ["turns", "squares"],
                 "checkpointing": true, "save_every": 13,
                 "optimizer": {"learning_rate": 1e-3, "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.99, "eps": 1e-7,
                  "power": 1.5, "warmup_steps": 17, "clip": 2},
                 "loss": {"background_weight": 1, "object_weight": 2, "cross_entropy": 0.5, "dice": 0.25,
                  "dice_reduction": "mean"},
                 "text": {"trained_layers": 2, "train_embeddings": true},
                 "evaluation": {"select_on": "test", "select_by": "miou", "every_epochs": 2, "limit": 19}}
                """, dataset);
        String written = Json.write(other.toJson(), true);
        assertEquals(other, read(written, DatasetVocabulary.REFSEGRS));
        assertEquals(written, Json.write(read(written, DatasetVocabulary.RRSISD).toJson(), true));
    }

    @Test
    void thePresetsAreThePublishedSettings() {
        TrainingConfig refsegrs = TrainingConfig.published(DatasetVocabulary.REFSEGRS);
        assertEquals(60, refsegrs.epochs());
        assertEquals(5e-5, refsegrs.optimizer().learningRate());
        assertEquals(List.of(), refsegrs.augment());
        TrainingConfig rrsisd = TrainingConfig.published(DatasetVocabulary.RRSISD);
        assertEquals(40, rrsisd.epochs());
        assertEquals(3e-5, rrsisd.optimizer().learningRate());
        assertEquals(List.of(TrainingConfig.Augmentation.SQUARES), rrsisd.augment());
        assertEquals(3, ((FiaNetConfig) rrsisd.model().network()).tmemBlocks());
        assertEquals(2401, rrsisd.seed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"epoch\": 3} | [config] run.json: 'epoch' is no key that can be set here; did you mean 'epochs'?",
                "{\"optimizer\": {\"lerning_rate\": 1}} | [config] run.json: 'optimizer.lerning_rate' is no key that can be"
                        + " set here; did you mean 'learning_rate'?",
                "{\"epochs\": \"many\"} | [json] run.json: 'epochs' must be an integer; got the string 'many'",
                "{\"epochs\": 0} | [config] run.json: epochs must be at least 1; got 0",
                "{\"evaluation\": {\"select_on\": \"train\"}} | [config] run.json: 'evaluation.select_on' must be one of"
                        + " [val, test]; got 'train'",
                "{\"optimizer\": {\"learning_rate\": 1e999}} | [config] run.json: learning_rate must be positive and"
                        + " finite; got Infinity",
                "{\"optimizer\": {\"beta2\": 1}} | [config] run.json: beta2 must lie in [0, 1); got 1.0",
                "{\"optimizer\": {\"power\": -1}} | [config] run.json: power must not be negative, and finite;"
                        + " got -1.0",
                "{\"loss\": {\"dice_reduction\": \"max\"}} | [config] run.json: 'loss.dice_reduction' must be one of [sum,"
                        + " mean]; got 'max'",
                "{\"model\": {\"sentence_length\": 1000}} | [config] run.json: sentence_length must lie in [3, 512], the positions of"
                        + " the text encoder; got 1000",
                "{\"checkpointing\": 1} | [json] run.json: 'checkpointing' must be true or false; got 1",
            })
    void aWrongKeyOrValueIsOneSentence(String json, String message) {
        RuntimeException e = assertThrows(RuntimeException.class, () -> read(json, DatasetVocabulary.REFSEGRS));
        assertEquals(message, e.getMessage());
    }
}
