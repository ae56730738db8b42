package dev.ingot.pipeline.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectStoreContract;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.StoreProbe;
import io.minio.ListMultipartUploadsArgs;
import io.minio.MakeBucketArgs;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an S3 store does on any server that we support. */
abstract class S3StoreContract extends ObjectStoreContract {
    private static final S3Transfer SMALL_PARTS = new S3Transfer(S3Transfer.MIN_PART_BYTES, 2);

    private final String bucket = "ingot-" + UUID.randomUUID();
    private S3Client client;

    abstract S3Access access();

    @Override
    protected ObjectStore newStore() throws Exception {
        client = S3Client.connect(access());
        client.minio()
                .makeBucket(MakeBucketArgs.builder().bucket(bucket).build())
                .get();
        return client.store(bucket, "installation/one/", SMALL_PARTS);
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Override
    protected int largeSize() {
        return 3 * S3Transfer.MIN_PART_BYTES + 12_345;
    }

    @Override
    protected void assertNothingIsBeingUploaded() throws Exception {
        ListMultipartUploadsArgs args =
                ListMultipartUploadsArgs.builder().bucket(bucket).build();
        List<?> uploads =
                client.minio().listMultipartUploads(args).get().result().uploads();
        assertEquals(0, uploads.size());
    }

    @Test
    void the_start_up_probe_accepts_it() throws IOException {
        ObjectStore store = client.store(bucket, "");
        StoreProbe.standard().check(store);
        assertEquals(List.of(), store.list(""));
    }

    @Test
    void stores_under_different_prefixes_do_not_see_one_another() throws IOException {
        ObjectStore one = client.store(bucket, "one/");
        ObjectStore two = client.store(bucket, "two/");
        assertTrue(one.createOnce("a/b", new byte[] {1}));
        assertTrue(two.createOnce("a/b", new byte[] {2}));
        assertEquals(1, one.list("").size());
        assertEquals("a/b", one.list("").getFirst().key());
    }

    @Test
    void the_whole_bucket_lists_as_it_is() throws IOException {
        client.store(bucket, "one/").createOnce("a/b", new byte[] {1});
        assertEquals("one/a/b", client.bucket(bucket).list("one/a/").getFirst().key());
    }

    @Test
    void reading_on_after_the_object_was_replaced_fails() throws IOException {
        ObjectStore store = client.store(bucket, "");
        store.createOnce("a/b", new byte[] {1});
        try (RangedFile file = store.open("a/b").orElseThrow()) {
            store.delete("a/b");
            store.createOnce("a/b", new byte[] {2});
            ByteBuffer into = ByteBuffer.allocate(1);
            assertThrows(IOException.class, () -> file.read(0, into));
            assertNotEquals(file.info().identity(), store.list("").getFirst().identity());
        }
    }

    @Test
    void an_interrupted_upload_stops_and_leaves_nothing() throws Exception {
        ObjectStore store = client.store(bucket, "", SMALL_PARTS);
        try (ObjectUpload upload = store.upload("data/x")) {
            upload.write(ByteBuffer.allocate(largeSize()));
            Thread.currentThread().interrupt();
            assertThrows(InterruptedIOException.class, upload::complete);
            assertTrue(Thread.currentThread().isInterrupted());
        }
        assertTrue(Thread.interrupted());
        assertTrue(store.open("data/x").isEmpty());
        assertNothingIsBeingUploaded();
    }

    @Test
    void a_bucket_that_does_not_exist_is_a_failure_that_names_it() {
        ObjectStore store = client.store("ingot-no-such-bucket", "");
        IOException listing = assertThrows(IOException.class, () -> store.list(""));
        assertTrue(listing.getMessage().contains("bucket ingot-no-such-bucket"), listing.getMessage());
        assertThrows(IOException.class, () -> store.createOnce("a", new byte[1]));
    }

    @Test
    void wrong_keys_are_a_failure_at_once() {
        S3Access right = access();
        S3Access wrong = new S3Access(
                right.endpoint(), right.region(), right.accessKey(), "not-the-secret", right.sessionToken());
        try (S3Client stranger = S3Client.connect(wrong)) {
            IOException e = assertThrows(
                    IOException.class, () -> stranger.store(bucket, "").createOnce("a", new byte[1]));
            assertEquals(403, assertInstanceOf(S3Failure.class, e).status());
            assertFalse(e.getMessage().contains("not-the-secret"));
        }
    }
}
