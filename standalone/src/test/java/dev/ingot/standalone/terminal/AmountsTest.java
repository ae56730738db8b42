package dev.ingot.standalone.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "999949, 999.9 kB",
        "999950, 1.0 MB",
        "26031734784, 26.0 GB",
        "9223372036854775807, 9223.4 PB"
    })
    void bytesAreDecimalWithOneDigit(long bytes, String shown) {
        assertEquals(shown, Amounts.bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0.04, 0.0 s",
        "21.44, 21.4 s",
        "59.96, 1 min 00 s",
        "200, 3 min 20 s",
        "3599.6, 1 h 00 min",
        "7500, 2 h 05 min"
    })
    void timesGrowIntoTheUnitThatAPersonWouldSay(double seconds, String shown) {
        assertEquals(shown, Amounts.seconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2.04e-7, 2e-7", "1.3e-12, 1e-12", "0.0134, 0.0134"})
    void smallFiguresKeepTheirMagnitude(double value, String shown) {
        assertEquals(shown, Amounts.small(value));
    }

    @ParameterizedTest
    @CsvSource({"1, 100 %", "0.99999, 99.9 %", "0.5, 50.0 %", "0, 0 %"})
    void aShareIsNeverRoundedUpToAll(double share, String shown) {
        assertEquals(shown, Amounts.percent(share));
    }
}
