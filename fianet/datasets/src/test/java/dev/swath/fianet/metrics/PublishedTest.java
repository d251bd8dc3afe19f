package dev.swath.fianet.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedTest {
    @ParameterizedTest
    @CsvSource({"I,9,7", "II,15,4", "III,11,7", "IV,20,4", "V,4,5", "VI,4,5"})
    void everyFigureIsThere(String number, int rows, int columns) {
        Published table = Published.numbered(number);
        assertEquals(rows, table.rows().size());
        assertEquals(columns, table.columns().size());
        for (Published.Row row : table.rows()) {
            assertEquals(columns, row.figures().size(), row.name());
            assertTrue(row.figures().stream().allMatch(f -> f > 0 && f < 100), row.toString());
        }
    }

    @Test
    void theComparisonsHaveAHundredAndFortyFigures() {
        assertEquals(6, Published.all().size());
        assertEquals(140, count("I") + count("III"));
        assertEquals(
                320, Published.all().stream().mapToInt(t -> count(t.number())).sum());
    }

    private static int count(String number) {
        return Published.numbered(number).rows().stream()
                .mapToInt(r -> r.figures().size())
                .sum();
    }

    /** Pr@X falls as X grows. */
    @ParameterizedTest
    @CsvSource({"I", "III", "V", "VI"})
    void precisionFalls(String number) {
        Published table = Published.numbered(number);
        long thresholds =
                table.columns().stream().filter(c -> c.startsWith("Pr@")).count();
        assertEquals("oIoU", table.columns().get((int) thresholds));
        for (Published.Row row : table.rows()) {
            for (int i = 1; i < thresholds; i++) {
                assertTrue(row.figures().get(i - 1) > row.figures().get(i), row.toString());
            }
        }
    }

    /** Table II's last row is the mean of the others. */
    @Test
    void theAverageIsThatOfTheRows() {
        Published table = Published.numbered("II");
        for (int i = 0; i < table.columns().size(); i++) {
            assertEquals(
                    average(table, i),
                    table.row(Published.AVERAGE).orElseThrow().figures().get(i),
                    0.0051);
        }
    }

    /**
     * Table IV's last row is not: the paper leaves RRSIS-D's twentieth category out, airplane, and prints the mean of all twenty.
     * What airplane must have had lies among the figures of such things.
     */
    @Test
    void theAverageOfRrsisDCountsAirplanes() {
        Published table = Published.numbered("IV");
        List<Double> airplane = List.of(55.3, 60.2, 56.4, 60.3);
        for (int i = 0; i < table.columns().size(); i++) {
            double mean = (19 * average(table, i) + airplane.get(i)) / 20;
            assertEquals(
                    mean, table.row(Published.AVERAGE).orElseThrow().figures().get(i), 0.01);
        }
    }

    private static double average(Published table, int column) {
        return table.rows().stream()
                .filter(r -> !r.name().equals(Published.AVERAGE))
                .mapToDouble(r -> r.figures().get(column))
                .average()
                .orElseThrow();
    }

    /** The categories are the data set's, and the tables agree where they print the same figure. */
    @Test
    void theTablesFitTogether() {
        for (DatasetVocabulary dataset : List.of(DatasetVocabulary.REFSEGRS, DatasetVocabulary.RRSISD)) {
            Published categories = Published.categories(dataset).orElseThrow();
            categories.rows().stream()
                    .map(Published.Row::name)
                    .filter(n -> !n.equals(Published.AVERAGE))
                    .forEach(n -> assertTrue(dataset.classes().contains(n), n));
            Published overall = Published.overall(dataset).orElseThrow();
            categories
                    .columns()
                    .forEach(system -> assertTrue(overall.row(system).isPresent(), system));
        }
        List<Double> fianet =
                Published.numbered("I").row("FIANet").orElseThrow().figures();
        List<Double> full = List.of(fianet.get(0), fianet.get(2), fianet.get(4), fianet.get(5), fianet.get(6));
        for (String number : List.of("V", "VI")) {
            Published table = Published.numbered(number);
            assertEquals(full, table.row("full").orElseThrow().figures());
            assertEquals(
                    Published.numbered("V").row("tmem").orElseThrow().figures(),
                    table.row("tmem").orElseThrow().figures());
        }
        assertEquals(
                "CVPR 2022", Published.numbered("III").row("LAVT").orElseThrow().venue());
        assertTrue(Published.overall(DatasetVocabulary.BOTH).isEmpty());
    }
}
