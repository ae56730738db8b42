package dev.ingot.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;0 bytes",
                "1;1 byte",
                "999;999 bytes",
                "1000;1.0 kB",
                "999949;999.9 kB",
                "999950;1.0 MB",
                "26000000000;26.0 GB",
                "9223372036854775807;9.2 EB"
            })
    void bytesAreSaidInDecimalUnits(long value, String text) {
        assertEquals(text, NumberText.bytes(value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;0.00 s",
                "9.994;9.99 s",
                "9.995;10.0 s",
                "59.94;59.9 s",
                "59.96;1 min 00 s",
                "123;2 min 03 s",
                "3599.6;1 h 00 min",
                "3720;1 h 02 min",
                "NaN;not a number"
            })
    void timesAreSaidInTheUnitThatFits(double value, String text) {
        assertEquals(text, NumberText.seconds(value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;0 %",
                "1;100 %",
                "0.99999;99.99 %",
                "0.9995;99.95 %",
                "0.17;17 %",
                "0.021;2.1 %",
                "NaN;not a number",
                "Infinity;infinite"
            })
    void sharesAreNeverRoundedToTheWhole(double value, String text) {
        assertEquals(text, NumberText.percent(value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;0",
                "1.68e-7;1.7e-7",
                "1e-3;1e-3",
                "0.41;0.41",
                "3.21;3.21",
                "12345;1.2e4",
                "-Infinity;minus infinite"
            })
    void magnitudesKeepTwoDigitsThatMeanSomething(double value, String text) {
        assertEquals(text, NumberText.magnitude(value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "28.5277;28.53",
                "99.999;100.00",
                "168.0833;168.1",
                "999.94;999.9",
                "6053.3;6,053",
                "1.2e7;1.2e7",
                "Infinity;infinite"
            })
    void perplexitiesHaveFourDigits(double value, String text) {
        assertEquals(text, NumberText.perplexity(value));
    }
}
