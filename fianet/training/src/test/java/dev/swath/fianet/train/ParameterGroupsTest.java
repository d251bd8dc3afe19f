package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.model.lavt.Lavt;
import dev.swath.fianet.model.lavt.LavtConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.train.TrainingException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterGroupsTest {
    private final Lavt network = new Lavt(new LavtConfig(new TrunkConfig(
            new SwinConfig(8, List.of(1, 1, 1, 1), List.of(1, 2, 2, 4), 4, 4, 4, 0),
            new BertConfig(20, 16, 2, 2, 32, 24, 2, 0, 1e-12),
            List.of(1, 1, 1, 1),
            0,
            4)));
    private final List<ParameterGroup> all = ParameterGroups.of(network, 0.01);

    @Test
    void aPartMayLearnAlone() {
        List<ParameterGroup> groups = ParameterGroups.only(all, List.of("refiner", "classifier.conv1_1"));
        assertEquals(
                List.of("decoder", "refiner"),
                groups.stream().map(ParameterGroup::name).toList());
        assertEquals(
                List.of("classifier.conv1_1.weight", "classifier.conv1_1.bias"),
                List.copyOf(groups.getFirst().parameters().keySet()));
        assertEquals(0.01, groups.getFirst().weightDecay());
        ParameterGroups.freezeOthers(network, groups);
        network.namedParameters()
                .forEach((name, p) -> assertEquals(
                        name.startsWith("refiner.") || name.startsWith("classifier.conv1_1."), p.requiresGrad(), name));
        assertSame(all, ParameterGroups.only(all, List.of()));
    }

    @Test
    void aNameEndsWhereAPartDoes() {
        for (String name : List.of("refine", "classifier.conv1_", "embeddings", "text_encoder.embeddings")) {
            String message = assertThrows(
                            TrainingException.class, () -> ParameterGroups.only(all, List.of("refiner", name)))
                    .getMessage();
            assertTrue(message.contains("'learn' names '" + name + "'"), message);
        }
    }
}
