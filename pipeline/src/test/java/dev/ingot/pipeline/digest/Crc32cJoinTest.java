package dev.ingot.pipeline.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.digest.StreamDigest.Algorithm;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Crc32cJoinTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1", "7, 64", "1000, 65536", "65536, 65536", "1, 524288"})
    void twoSumsJoinToTheSumOfBoth(int first, int second) {
        byte[] bytes = new byte[first + second];
        new Random(first * 31L + second).nextBytes(bytes);
        ByteBuffer head = ByteBuffer.wrap(bytes, 0, first);
        ByteBuffer tail = ByteBuffer.wrap(bytes, first, second);
        int expected = StreamDigest.of(Algorithm.CRC32C).update(bytes).crc32c();
        assertEquals(expected, new Crc32cJoin().join(StreamDigest.crc32c(head), StreamDigest.crc32c(tail), second));
        StreamDigest streamed = StreamDigest.forRun(true);
        streamed.update(head, StreamDigest.crc32c(head)).update(tail, StreamDigest.crc32c(tail));
        assertEquals(expected, streamed.crc32c());
        assertEquals(bytes.length, streamed.bytes());
        assertEquals(StreamDigest.forRun(true).update(bytes).sha256(), streamed.sha256());
    }
}
