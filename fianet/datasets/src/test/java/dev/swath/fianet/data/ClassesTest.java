package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.fianet.text.DatasetVocabulary;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassesTest {
    /** Sentences as RISBench has them, and as the others do. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The soccer-ball-field in the middle, beside a tennis court.|RISBENCH|soccer ball field",
                "The storage-tank near the top-middle of the image.|RISBENCH|storage tank",
                "The left-most ground-track-field.|RISBENCH|ground track field",
                "The small-vehicle right of the harbor.|RISBENCH|vehicle",
                "The two planes closest to the top-left corner.|RISBENCH|airplane",
                "The Expressway-Service-area on the left|RRSISD|expressway service area",
                "van driving on the road|REFSEGRS|van",
                "the harborside|RISBENCH|"
            })
    void theFirstNamedClass(String sentence, DatasetVocabulary vocabulary, String wanted) {
        assertEquals(wanted, Classes.firstNamed(sentence, vocabulary).orElse(null));
    }
}
