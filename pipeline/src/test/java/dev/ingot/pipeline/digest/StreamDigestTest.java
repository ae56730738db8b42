package dev.ingot.pipeline.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.digest.StreamDigest.Algorithm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StreamDigestTest {
    private static final byte[] CHECK = "123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void the_published_check_values_come_out() {
        StreamDigest digest =
                StreamDigest.of(Algorithm.CRC32C, Algorithm.SHA256).update(CHECK);
        assertEquals(0xE3069283, digest.crc32c());
        assertEquals(9, digest.bytes());
        assertEquals("15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225", digest.sha256());
    }

    @Test
    void pieces_give_what_the_whole_gives_and_buffers_stay_as_they_were() {
        StreamDigest digest = StreamDigest.forRun(true);
        ByteBuffer direct = ByteBuffer.allocateDirect(12).put(CHECK).flip();
        digest.update(direct.slice(0, 4)).update(direct.position(4));
        assertEquals(4, direct.position());
        assertEquals(9, direct.limit());
        assertEquals(0xE3069283, digest.crc32c());
        assertEquals("15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225", digest.hex());
    }

    @Test
    void what_was_not_asked_for_is_empty() {
        StreamDigest digest = StreamDigest.forRun(false).update(CHECK);
        assertEquals("", digest.sha256());
        assertEquals("e3069283", digest.hex());
        assertEquals(0, StreamDigest.of(Algorithm.SHA256).update(CHECK).crc32c());
    }
}
