package dev.ingot.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0,0,1",
        "bytes=0-9,0,10",
        "bytes=0-10,0,10",
        "bytes=9-,9,1",
        "bytes=3-5,3,3",
        "bytes=-1,9,1",
        "bytes=-10,0,10",
        "bytes=-11,0,10"
    })
    void oneRangeOfTenBytes(String header, long first, long length) {
        assertEquals(Optional.of(new ByteRange(first, length, true)), ByteRange.of(header, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=999999999999999999-"})
    void beyondTheEnd(String header) {
        assertEquals(Optional.empty(), ByteRange.of(header, 10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes=",
                "bytes=-",
                "bytes=5-3",
                "bytes=0-1,4-5",
                "lines=0-1",
                "bytes=a-b",
                "bytes=99999999999999999999-"
            })
    void whatIsNotUnderstoodIsIgnored(String header) {
        assertEquals(Optional.of(ByteRange.whole(10)), ByteRange.of(header, 10));
    }

    @Test
    void contentRangeNamesTheLastByteIncluded() {
        assertEquals("bytes 3-5/10", new ByteRange(3, 3, true).contentRange(10));
    }
}
