package dev.ingot.pipeline.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store does. Each adapter's test extends this. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ObjectStoreContract {
    private static final int WRITERS = 16;

    private ObjectStore store;

    /** A store without objects. */
    protected abstract ObjectStore newStore() throws Exception;

    /** Fails when an upload that ended without completing left anything behind. */
    protected abstract void assertNothingIsBeingUploaded() throws Exception;

    /** More than two parts of this store, and not a whole number of them. */
    protected int largeSize() {
        return 3_000_001;
    }

    protected int longestSegment() {
        return 255;
    }

    @BeforeEach
    void open() throws Exception {
        store = newStore();
    }

    @AfterEach
    void close() throws Exception {
        if (store instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Test
    void what_was_created_is_read_back() throws IOException {
        byte[] content = randomBytes(1000, 1);
        assertTrue(store.createOnce("teams/a/plan.json", content));
        assertArrayEquals(content, read("teams/a/plan.json"));
    }

    @Test
    void an_empty_object_is_an_object() throws IOException {
        assertTrue(store.createOnce("teams/a/empty", new byte[0]));
        assertEquals(0, read("teams/a/empty").length);
        try (ObjectUpload upload = store.upload("teams/a/empty-upload")) {
            assertEquals(0, upload.complete().size());
        }
        assertEquals(List.of("teams/a/empty", "teams/a/empty-upload"), keysUnder("teams/a/"));
    }

    @Test
    void a_second_create_changes_nothing() throws IOException {
        assertTrue(store.createOnce("done/x.json", new byte[] {1}));
        assertFalse(store.createOnce("done/x.json", new byte[] {2}));
        assertArrayEquals(new byte[] {1}, read("done/x.json"));
    }

    @Test
    void of_sixteen_writers_exactly_one_wins_and_its_content_stands() throws Exception {
        for (int round = 0; round < 10; round++) {
            String key = "race/round-" + round + ".json";
            List<Boolean> answers =
                    Concurrently.run(WRITERS, writer -> store.createOnce(key, ("writer " + writer).getBytes(UTF_8)));
            List<Integer> winners =
                    IntStream.range(0, WRITERS).filter(answers::get).boxed().toList();
            assertEquals(1, winners.size(), () -> "winners of " + key + ": " + winners);
            assertEquals("writer " + winners.getFirst(), new String(read(key), UTF_8));
        }
    }

    @Test
    void a_missing_object_is_empty() throws IOException {
        store.createOnce("a/b", new byte[] {1});
        assertEquals(Optional.empty(), store.open("a/c"));
        assertEquals(Optional.empty(), store.open("a"));
        assertEquals(Optional.empty(), store.open("nowhere/at/all"));
    }

    @Test
    void an_open_object_knows_its_key_size_and_the_identity_that_a_listing_shows() throws IOException {
        store.createOnce("a/b", new byte[7]);
        ObjectInfo listed = store.list("a/").getFirst();
        try (RangedFile file = store.open("a/b").orElseThrow()) {
            assertEquals("a/b", file.info().name());
            assertEquals(7, file.info().size());
            assertEquals(listed.identity(), file.info().identity());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 499, 999})
    void a_range_gives_exactly_its_bytes(int position) throws IOException {
        byte[] content = randomBytes(1000, 2);
        store.createOnce("a/b", content);
        try (RangedFile file = store.open("a/b").orElseThrow()) {
            for (int length : new int[] {0, 1, 1000 - position}) {
                assertArrayEquals(slice(content, position, length), readRange(file, position, length));
            }
        }
    }

    @Test
    void a_direct_buffer_is_filled_from_its_position_to_its_limit() throws IOException {
        byte[] content = randomBytes(200_000, 3);
        store.createOnce("a/b", content);
        ByteBuffer into = ByteBuffer.allocateDirect(200_000).position(10).limit(150_010);
        try (RangedFile file = store.open("a/b").orElseThrow()) {
            file.read(50_000, into);
        }
        assertEquals(150_010, into.position());
        byte[] found = new byte[150_000];
        into.get(10, found);
        assertArrayEquals(slice(content, 50_000, 150_000), found);
    }

    @Test
    void a_range_past_the_end_is_an_end_of_file() throws IOException {
        store.createOnce("a/b", new byte[10]);
        try (RangedFile file = store.open("a/b").orElseThrow()) {
            assertThrows(EOFException.class, () -> file.read(5, ByteBuffer.allocate(6)));
            assertThrows(EOFException.class, () -> file.read(10, ByteBuffer.allocate(1)));
            assertThrows(EOFException.class, () -> file.read(1L << 40, ByteBuffer.allocate(1)));
        }
    }

    @Test
    void a_large_upload_of_uneven_writes_arrives_whole() throws Exception {
        byte[] content = randomBytes(largeSize(), 4);
        ObjectInfo written;
        try (ObjectUpload upload = store.upload("data/merge-00001/a/model.safetensors")) {
            Random lengths = new Random(5);
            for (int at = 0; at < content.length; ) {
                int length = Math.min(1 + lengths.nextInt(700_000), content.length - at);
                // The same buffer is wiped after every write: an adapter may not hold on to it.
                ByteBuffer buffer =
                        ByteBuffer.allocate(length).put(content, at, length).flip();
                upload.write(buffer);
                assertFalse(buffer.hasRemaining());
                buffer.clear().put(new byte[length]);
                at += length;
            }
            written = upload.complete();
        }
        assertEquals(content.length, written.size());
        assertEquals(
                List.of(written.identity()),
                store.list("data/").stream().map(ObjectInfo::identity).toList());
        assertArrayEquals(content, read("data/merge-00001/a/model.safetensors"));
        assertNothingIsBeingUploaded();
    }

    @Test
    void an_upload_is_invisible_until_it_completes() throws Exception {
        try (ObjectUpload upload = store.upload("data/x")) {
            upload.write(ByteBuffer.wrap(randomBytes(largeSize(), 6)));
            assertEquals(Optional.empty(), store.open("data/x"));
            assertEquals(List.of(), store.list(""));
            upload.complete();
        }
        assertEquals(List.of("data/x"), keysUnder(""));
    }

    @Test
    void an_upload_that_is_closed_without_completing_leaves_nothing() throws Exception {
        try (ObjectUpload upload = store.upload("data/x")) {
            upload.write(ByteBuffer.wrap(randomBytes(largeSize(), 7)));
        }
        assertEquals(Optional.empty(), store.open("data/x"));
        assertEquals(List.of(), store.list(""));
        assertNothingIsBeingUploaded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_upload_never_replaces_an_object(boolean large) throws Exception {
        store.createOnce("data/x", new byte[] {1});
        try (ObjectUpload upload = store.upload("data/x")) {
            upload.write(ByteBuffer.wrap(new byte[large ? largeSize() : 1]));
            assertThrows(IOException.class, upload::complete);
        }
        assertArrayEquals(new byte[] {1}, read("data/x"));
        assertNothingIsBeingUploaded();
    }

    @Test
    void uploads_at_once_do_not_mix() throws Exception {
        List<byte[]> contents = Stream.of(10, 11, 12, 13)
                .map(seed -> randomBytes(largeSize(), seed))
                .toList();
        Concurrently.run(contents.size(), number -> {
            try (ObjectUpload upload = store.upload("data/" + number)) {
                upload.write(ByteBuffer.wrap(contents.get(number)));
                return upload.complete();
            }
        });
        for (int number = 0; number < contents.size(); number++) {
            assertArrayEquals(contents.get(number), read("data/" + number));
        }
    }

    @Test
    void readers_at_once_get_their_own_ranges() throws Exception {
        byte[] content = randomBytes(400_000, 8);
        store.createOnce("a/b", content);
        try (RangedFile file = store.open("a/b").orElseThrow()) {
            Concurrently.run(WRITERS, reader -> {
                for (int step = 0; step < 5; step++) {
                    int position = reader * 20_000 + step * 1_000;
                    assertArrayEquals(slice(content, position, 60_000), readRange(file, position, 60_000));
                }
                return true;
            });
        }
    }

    @Test
    void a_listing_is_complete_and_sorted_right_after_the_writes() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int number = 0; number < 120; number++) {
            keys.add("runs/r/done/merge-%05d.json".formatted(number * 7919 % 100_000));
        }
        keys.addAll(List.of("runs/r/done.x/1", "runs/r/done-x", "runs/r/plan.json", "runs/other/plan.json"));
        Concurrently.run(8, writer -> {
            for (int at = writer; at < keys.size(); at += 8) {
                assertTrue(store.createOnce(keys.get(at), new byte[] {1}));
            }
            return true;
        });
        assertEquals(keys.stream().sorted().toList(), keysUnder(""));
        assertEquals(
                keys.stream()
                        .filter(key -> key.startsWith("runs/r/done/"))
                        .sorted()
                        .toList(),
                keysUnder("runs/r/done/"));
        assertEquals(List.of(), store.list("runs/nobody/"));
    }

    @Test
    void deleting_twice_is_no_error_and_leaves_the_neighbours() throws IOException {
        store.createOnce("a/b", new byte[] {1});
        store.createOnce("a/c", new byte[] {1});
        store.delete("a/b");
        store.delete("a/b");
        store.delete("never/there");
        assertEquals(Optional.empty(), store.open("a/b"));
        assertEquals(List.of("a/c"), keysUnder(""));
    }

    @Test
    void a_deleted_key_can_be_created_again() throws IOException {
        store.createOnce("a/b", new byte[] {1});
        store.delete("a/b");
        assertTrue(store.createOnce("a/b", new byte[] {2}));
        assertArrayEquals(new byte[] {2}, read("a/b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-",
                "_",
                "a",
                ".hidden",
                "a/.b",
                "a..b",
                "...",
                "a/-/b",
                "a-._-/Z",
                "UPPER/lower",
                "x.tmp",
                "0/00/000"
            })
    void an_odd_but_legal_key_is_a_key_like_any_other(String key) throws IOException {
        assertIsAKeyLikeAnyOther(key);
    }

    @Test
    void a_key_of_the_longest_segments_is_a_key_like_any_other() throws IOException {
        assertIsAKeyLikeAnyOther("s".repeat(longestSegment()) + "/" + "t".repeat(longestSegment()));
    }

    private void assertIsAKeyLikeAnyOther(String key) throws IOException {
        assertTrue(store.createOnce(key, new byte[] {1}));
        assertEquals(List.of(key), keysUnder(""));
        assertArrayEquals(new byte[] {1}, read(key));
        store.delete(key);
        assertEquals(List.of(), store.list(""));
    }

    static Stream<String> illegalKeys() {
        return Stream.of(
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a/../b",
                "a/./b",
                "a b",
                "a\\b",
                "a\0b",
                "a%2fb",
                "ü",
                "s".repeat(256),
                "a/".repeat(600) + "a");
    }

    @ParameterizedTest
    @MethodSource("illegalKeys")
    void an_illegal_key_is_our_mistake(String key) {
        assertThrows(IllegalArgumentException.class, () -> store.createOnce(key, new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> store.open(key));
        assertThrows(IllegalArgumentException.class, () -> store.delete(key));
        assertThrows(IllegalArgumentException.class, () -> store.upload(key).close());
    }

    @Test
    void a_key_below_an_object_is_refused() throws IOException {
        store.createOnce("runs/plan.json", new byte[] {1});
        assertThrows(IOException.class, () -> store.createOnce("runs/plan.json/x", new byte[] {2}));
        assertEquals(List.of("runs/plan.json"), keysUnder(""));
        assertEquals(Optional.empty(), store.open("runs/plan.json/x"));
    }

    protected final List<String> keysUnder(String prefix) throws IOException {
        return store.list(prefix).stream().map(ObjectInfo::key).toList();
    }

    protected final byte[] read(String key) throws IOException {
        try (RangedFile file = store.open(key).orElseThrow(() -> new AssertionError("no object " + key))) {
            return readRange(file, 0, (int) file.info().size());
        }
    }

    private static byte[] readRange(RangedFile file, long position, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        file.read(position, into);
        assertFalse(into.hasRemaining());
        return into.array();
    }

    private static byte[] slice(byte[] content, int position, int length) {
        return Arrays.copyOfRange(content, position, position + length);
    }

    private static byte[] randomBytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
