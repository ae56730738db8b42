package dev.ingot.pipeline.store.s3;

import static dev.ingot.pipeline.store.s3.FaultyS3Server.Fault.BUSY;
import static dev.ingot.pipeline.store.s3.FaultyS3Server.Fault.LOSE_REPLY;
import static dev.ingot.pipeline.store.s3.FaultyS3Server.Fault.REDIRECT;
import static dev.ingot.pipeline.store.s3.FaultyS3Server.Fault.STALL;
import static dev.ingot.pipeline.store.s3.FaultyS3Server.Fault.TRUNCATE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the S3 store makes of answers that are late, lost or cut off. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3FaultsTest {
    private FaultyS3Server server;
    private S3Client client;
    private S3Store store;

    @BeforeEach
    void start() throws IOException {
        server = new FaultyS3Server();
        client = S3Client.connect(server.access());
        store = client.store("bucket", "");
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void a_busy_service_is_asked_again() throws IOException {
        server.next("PUT", BUSY, BUSY);
        server.next("HEAD", BUSY);
        server.next("GET", BUSY, BUSY);
        assertTrue(store.createOnce("done/x.json", new byte[] {1, 2}));
        assertArrayEquals(new byte[] {1, 2}, read("done/x.json", 0, 2));
    }

    /** Keys and requests are for the service that is configured; a signature for it says nothing elsewhere. */
    @Test
    void a_service_that_redirects_is_not_followed() throws IOException {
        assertTrue(store.createOnce("x.json", new byte[] {1}));
        server.next("GET", REDIRECT, REDIRECT, REDIRECT, REDIRECT, REDIRECT, REDIRECT);
        server.next("HEAD", REDIRECT, REDIRECT, REDIRECT, REDIRECT, REDIRECT, REDIRECT);
        IOException e = assertThrows(IOException.class, () -> read("x.json", 0, 1));
        assertTrue(e.getMessage().contains("x.json"), e.getMessage());
        assertEquals(Set.of("127.0.0.1"), server.hosts());
    }

    @Test
    void a_service_that_stays_busy_is_a_failure_that_names_the_object() {
        server.next("PUT", BUSY, BUSY, BUSY, BUSY, BUSY);
        IOException e = assertThrows(IOException.class, () -> store.createOnce("done/x.json", new byte[1]));
        assertTrue(e.getMessage().contains("object done/x.json in bucket bucket"), e.getMessage());
        assertTrue(e.getMessage().contains("503 SlowDown"), e.getMessage());
    }

    @Test
    void a_create_whose_reply_was_lost_never_claims_to_have_won() throws IOException {
        server.next("PUT", LOSE_REPLY);
        assertFalse(store.createOnce("done/x.json", new byte[] {7}));
        assertArrayEquals(new byte[] {7}, read("done/x.json", 0, 1));
    }

    @Test
    void an_upload_whose_reply_was_lost_is_complete() throws IOException {
        server.next("PUT", LOSE_REPLY);
        try (ObjectUpload upload = store.upload("data/x")) {
            upload.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertEquals(3, upload.complete().size());
        }
    }

    @Test
    void an_upload_onto_an_object_is_refused_although_the_first_answer_was_late() throws IOException {
        store.createOnce("data/x", new byte[] {1});
        server.next("PUT", BUSY);
        try (ObjectUpload upload = store.upload("data/x")) {
            upload.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThrows(IOException.class, upload::complete);
        }
    }

    @Test
    void a_cut_answer_is_read_on_where_it_ended() throws IOException {
        store.createOnce("data/x", bytes(1000));
        int before = server.requests();
        server.next("GET", TRUNCATE, TRUNCATE, TRUNCATE);
        assertArrayEquals(bytes(1000), read("data/x", 0, 1000));
        assertEquals(before + 1 + 4, server.requests());
    }

    @Test
    void an_interrupt_ends_a_read_that_stalls() throws Exception {
        store.createOnce("data/x", bytes(1000));
        server.next("GET", STALL);
        FutureTask<Exception> reading =
                new FutureTask<>(() -> assertThrows(IOException.class, () -> read("data/x", 0, 1000)));
        Thread reader = Thread.ofPlatform().start(reading);
        server.awaitStall();
        reader.interrupt();
        assertInstanceOf(InterruptedIOException.class, reading.get(30, TimeUnit.SECONDS));
    }

    @Test
    void a_service_that_is_not_there_is_a_failure_that_names_it() {
        server.close();
        IOException e = assertThrows(IOException.class, () -> store.open("done/x.json"));
        assertTrue(e.getMessage().contains(server.access().endpoint().toString()), e.getMessage());
    }

    private byte[] read(String key, long position, int length) throws IOException {
        try (RangedFile file = store.open(key).orElseThrow()) {
            ByteBuffer into = ByteBuffer.allocate(length);
            file.read(position, into);
            return into.array();
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = (byte) at;
        }
        return bytes;
    }
}
