package dev.ingot.pipeline.source.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.tile.PlanInputs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import okhttp3.Dns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HubTest {
    private static final String TOKEN = "hf_secret";
    private static final String WEIGHTS = "model.safetensors";
    private static final int LARGE = 9 << 20;

    @TempDir
    Path cache;

    private final List<Duration> pauses = new ArrayList<>();
    private FakeHub fake;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub()
                .with("config.json", "{}".getBytes(StandardCharsets.UTF_8))
                .with(WEIGHTS, random(LARGE))
                .with("step-10/adapter_model.safetensors", random(100))
                .with("a/b/too-deep.json", new byte[1])
                .with(".gitattributes", new byte[1]);
    }

    @AfterEach
    void stop() {
        fake.close();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private Hub hub() {
        return hub(Optional.empty(), List.of(FakeHub.BLOB_HOST + ":" + fake.port()), Optional.empty());
    }

    private Hub hub(Optional<String> token, List<String> hosts, Optional<List<String>> allowed) {
        Dns local = host -> List.of(InetAddress.getLoopbackAddress());
        HubPatience patience = new HubPatience(4, Duration.ofSeconds(1), Duration.ofMinutes(1), pauses::add);
        return new Hub(HubAccess.of(fake.endpoint(), token, hosts, cache), allowed, HubProgress.NONE, patience, local);
    }

    private static byte[] whole(FileSet files, String name) throws IOException {
        try (RangedFile file = files.open(name).orElseThrow()) {
            byte[] bytes = new byte[(int) file.info().size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    private RefusedInput refusal(Hub hub, String location) {
        return assertThrows(RefusedInput.class, () -> hub.open(location));
    }

    private RefusedInput refusalOfWeights(Hub hub) {
        return assertThrows(RefusedInput.class, () -> whole(hub.open("hf://team-a/tiny"), WEIGHTS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf://team-a/tiny", "hf://team-a/tiny@v1", "hf://team-a/tiny@refs/pr/1"})
    void a_revision_opens_at_its_commit(String location) throws IOException {
        assertEquals("hf://team-a/tiny@" + FakeHub.COMMIT, hub().open(location).location());
    }

    @Test
    void a_commit_is_not_asked_for() throws IOException {
        hub().open("hf://team-a/tiny@" + FakeHub.COMMIT);
        assertEquals(1, fake.requests.size(), fake.requests.toString());
        assertTrue(fake.requests.getFirst().contains("/tree/"), fake.requests.toString());
    }

    @Test
    void files_are_listed_with_their_digests_one_level_deep() throws IOException {
        List<FileInfo> files = hub().open("hf://team-a/tiny").list();
        assertEquals(
                List.of("config.json", WEIGHTS, "step-10/adapter_model.safetensors"),
                files.stream().map(FileInfo::name).toList());
        assertEquals("sha256:" + FakeHub.sha256(random(LARGE)), files.get(1).identity());
        assertTrue(files.getFirst().identity().startsWith("git-sha1:"), files.toString());
    }

    @Test
    void a_list_of_several_pages_is_read_to_its_end() throws IOException {
        fake.pageSize = 2;
        assertEquals(3, hub().open("hf://team-a/tiny").list().size());
        assertEquals(4, fake.requests.size(), fake.requests.toString());
    }

    @Test
    void a_subfolder_is_a_set_of_its_own() throws IOException {
        FileSet files = hub().open("hf://team-a/tiny@main#step-10");
        assertEquals("hf://team-a/tiny@" + FakeHub.COMMIT + "#step-10", files.location());
        assertArrayEquals(random(100), whole(files, "adapter_model.safetensors"));
    }

    @Test
    void a_header_is_read_without_downloading_the_file() throws IOException {
        try (RangedFile file = hub().open("hf://team-a/tiny").open(WEIGHTS).orElseThrow()) {
            ByteBuffer bytes = ByteBuffer.allocate(1000);
            file.read(8, bytes);
            file.read(0, ByteBuffer.allocate(8));
            file.read(LARGE - 10, ByteBuffer.allocate(10));
            assertArrayEquals(Arrays.copyOfRange(random(LARGE), 8, 1008), bytes.array());
        }
        assertEquals(
                2,
                fake.requests.stream()
                        .filter(request -> request.contains("bytes="))
                        .filter(request -> request.startsWith(FakeHub.BLOB_HOST))
                        .count(),
                fake.requests.toString());
        assertFalse(Files.exists(cache.resolve("sha256-" + FakeHub.sha256(random(LARGE)))));
    }

    @Test
    void a_plans_weights_come_from_a_verified_download() throws IOException {
        Hub hub = hub();
        FileInfo info = hub.open("hf://team-a/tiny").list().get(1);
        String location = hub.open("hf://team-a/tiny").location();
        InputFile input = new InputFile(InputFile.InputRole.BASE, location, info.name(), info.size(), info.identity());
        fake.failNext(fake.damaged(), fake.damaged());
        try (PlanInputs inputs = new PlanInputs(List.of(input), hub)) {
            assertEquals(
                    "source.digest",
                    assertThrows(RefusedInput.class, () -> inputs.file(0)).code());
            ByteBuffer bytes = ByteBuffer.allocate(3);
            inputs.file(0).read(9, bytes);
            assertArrayEquals(Arrays.copyOfRange(random(LARGE), 9, 12), bytes.array());
        }
        assertTrue(Files.exists(cache.resolve("sha256-" + FakeHub.sha256(random(LARGE)))));
    }

    @Test
    void a_large_file_without_a_header_is_downloaded_when_it_is_opened() throws IOException {
        fake.with("pytorch_model.bin", random(LARGE));
        try (RangedFile file =
                hub().open("hf://team-a/tiny").open("pytorch_model.bin").orElseThrow()) {
            assertEquals(LARGE, file.info().size());
        }
        assertEquals("blobs.example /pytorch_model.bin", fake.requests.getLast());
    }

    @Test
    void who_reads_more_than_headers_reads_a_verified_download() throws IOException {
        byte[] content = random(40 << 20);
        fake.with("big.safetensors", content);
        try (RangedFile file =
                hub().open("hf://team-a/tiny").open("big.safetensors").orElseThrow()) {
            for (int at = 1 << 20; at < 40 << 20; at += 2 << 20) {
                ByteBuffer bytes = ByteBuffer.allocate(2 << 20).limit(Math.min(2 << 20, (40 << 20) - at));
                file.read(at, bytes);
                assertEquals(content[at + 5], bytes.get(5));
            }
        }
        assertTrue(Files.exists(cache.resolve("sha256-" + FakeHub.sha256(content))));
    }

    @Test
    void what_was_fetched_is_read_from_disk_and_never_asked_for_again() throws IOException {
        Hub hub = hub();
        hub.fetch("hf://team-a/tiny", WEIGHTS);
        int asked = fake.requests.size();
        FileSet files = hub.open("hf://team-a/tiny@" + FakeHub.COMMIT);
        assertArrayEquals(random(LARGE), whole(files, WEIGHTS));
        assertEquals(asked, fake.requests.size());
        assertArrayEquals(random(LARGE), Files.readAllBytes(cache.resolve("sha256-" + FakeHub.sha256(random(LARGE)))));
    }

    @Test
    void a_broken_download_goes_on_where_it_stopped() throws IOException {
        fake.failNext(fake.cutAfter(1_000_000), FakeHub.status(503), fake.cutAfter(10));
        Hub hub = hub();
        hub.fetch("hf://team-a/tiny", WEIGHTS);
        assertArrayEquals(random(LARGE), whole(hub.open("hf://team-a/tiny"), WEIGHTS));
        List<String> blobs = fake.requests.stream()
                .filter(request -> request.startsWith(FakeHub.BLOB_HOST))
                .toList();
        assertEquals(4, blobs.size(), blobs.toString());
        assertTrue(blobs.get(1).contains("bytes=1000000-"), blobs.toString());
        assertTrue(blobs.get(3).contains("bytes=1000010-"), blobs.toString());
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1)), pauses);
    }

    @Test
    void what_an_earlier_process_left_is_gone_on_with() throws IOException {
        byte[] content = random(LARGE);
        Files.write(cache.resolve("sha256-" + FakeHub.sha256(content) + ".part"), Arrays.copyOf(content, 5_000_000));
        Hub hub = hub();
        hub.fetch("hf://team-a/tiny", WEIGHTS);
        assertArrayEquals(content, whole(hub.open("hf://team-a/tiny"), WEIGHTS));
        assertTrue(
                fake.requests.contains("blobs.example /model.safetensors bytes=5000000-" + (LARGE - 1)),
                fake.requests.toString());
    }

    @Test
    void damage_on_the_way_is_downloaded_again_and_damage_twice_is_refused() throws IOException {
        fake.failNext(fake.damaged());
        Hub hub = hub();
        hub.fetch("hf://team-a/tiny", WEIGHTS);
        assertArrayEquals(random(LARGE), whole(hub.open("hf://team-a/tiny"), WEIGHTS));

        fake.with("other.safetensors", random(LARGE + 1));
        fake.failNext(fake.damaged(), fake.damaged());
        Hub fresh = hub();
        RefusedInput refusal =
                assertThrows(RefusedInput.class, () -> fresh.fetch("hf://team-a/tiny", "other.safetensors"));
        assertEquals("source.digest", refusal.code());
        try (var left = Files.list(cache)) {
            List<String> downloads = left.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("lease-"))
                    .toList();
            assertEquals(List.of("sha256-" + FakeHub.sha256(random(LARGE))), downloads);
        }
    }

    @Test
    void a_small_file_is_held_against_gits_digest() throws IOException {
        Hub hub = hub();
        FileSet files = hub.open("hf://team-a/tiny");
        fake.with("config.json", "[]".getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "source.digest",
                assertThrows(RefusedInput.class, () -> files.open("config.json"))
                        .code());
    }

    @Test
    void the_token_goes_to_the_hub_and_to_nobody_else() throws IOException {
        fake.token = TOKEN;
        Hub hub = hub(Optional.of(TOKEN), List.of(FakeHub.BLOB_HOST + ":" + fake.port()), Optional.empty());
        hub.fetch("hf://team-a/tiny", WEIGHTS);
        for (String request : fake.requests) {
            assertEquals(request.startsWith("127.0.0.1"), request.contains(TOKEN), request);
        }
        assertTrue(fake.requests.getLast().startsWith(FakeHub.BLOB_HOST), fake.requests.toString());
    }

    @Test
    void redirects_in_a_circle_end() {
        fake.redirectTo = fake.endpoint() + "/" + FakeHub.REPOSITORY + "/resolve/" + FakeHub.COMMIT;
        assertEquals("source.redirects", refusalOfWeights(hub()).code());
    }

    @Test
    void what_is_not_there_is_said_as_what_it_is() {
        assertEquals(
                "source.hub-no-repository", refusal(hub(), "hf://team-a/other").code());
        assertEquals(
                "source.hub-no-revision", refusal(hub(), "hf://team-a/tiny@v9").code());
        fake.token = TOKEN;
        RefusedInput hidden = refusal(hub(), "hf://team-a/tiny");
        assertEquals("source.hub-unauthorized", hidden.code());
        assertTrue(hidden.remedy().contains("HF_TOKEN"), hidden.remedy());
    }

    @ParameterizedTest
    @CsvSource({
        "401, GatedRepo, source.hub-gated",
        "403, GatedRepo, source.hub-gated",
        "403, '', source.hub-forbidden",
        "418, '', source.hub-answer"
    })
    void a_repository_that_may_not_be_read_is_refused_with_what_to_do(int status, String error, String code) {
        fake.failAlways("/team-a/tiny/resolve", FakeHub.status(status, "X-Error-Code", error));
        RefusedInput refusal = refusalOfWeights(hub());
        assertEquals(code, refusal.code());
        assertFalse(refusal.getMessage().contains(TOKEN), refusal.getMessage());
    }

    @Test
    void a_hub_that_is_asked_too_often_is_left_alone_for_as_long_as_it_says() throws IOException {
        fake.failNext(FakeHub.status(429, "Retry-After", "17"));
        hub().fetch("hf://team-a/tiny", WEIGHTS);
        assertEquals(List.of(Duration.ofSeconds(17)), pauses);
    }

    @Test
    void a_pause_beyond_patience_is_the_end() throws IOException {
        Hub hub = hub();
        fake.failAlways("/api", FakeHub.status(429, "Retry-After", "3600"));
        IOException failed = assertThrows(IOException.class, () -> hub.open("hf://team-a/tiny"));
        assertTrue(failed.getMessage().contains("429, asks to wait 3600 s"), failed.getMessage());
        assertEquals(List.of(), pauses);
    }

    @Test
    void a_hub_that_stays_down_is_a_failure_of_the_hub() {
        fake.failAlways("/api", FakeHub.status(502));
        IOException failed = assertThrows(IOException.class, () -> hub().open("hf://team-a/tiny"));
        assertTrue(failed.getMessage().contains("4 times in a row"), failed.getMessage());
        assertEquals(
                List.of(1L, 2L, 4L), pauses.stream().map(Duration::toSeconds).toList());
    }

    @Test
    void a_hub_that_nobody_answers_for_is_given_up_soon() {
        Hub hub = hub();
        fake.close();
        IOException failed = assertThrows(IOException.class, () -> hub.open("hf://team-a/tiny"));
        assertTrue(failed.getMessage().contains("failed 3 times in a row"), failed.getMessage());
        assertEquals(List.of(1L, 2L), pauses.stream().map(Duration::toSeconds).toList());
    }

    @Test
    void another_commit_or_content_than_listed_is_refused() throws IOException {
        Hub hub = hub();
        FileSet files = hub.open("hf://team-a/tiny");
        fake.failAlways(
                "/team-a/tiny/resolve",
                FakeHub.status(302, "X-Repo-Commit", "f".repeat(40), "Location", fake.endpoint() + "/x"));
        fake.failAlways("/x", FakeHub.status(200));
        assertEquals(
                "source.hub-answer",
                assertThrows(RefusedInput.class, () -> whole(files, WEIGHTS)).code());
    }

    @ParameterizedTest
    @CsvSource({
        "hf://, true",
        "hf://team-a, true",
        "hf://team-a/tiny, true",
        "hf://team, false",
        "hf://team-a/tin, false"
    })
    void a_service_reads_only_what_it_is_allowed(String rule, boolean allowed) throws IOException {
        Hub hub = hub(Optional.empty(), List.of(), Optional.of(List.of(rule)));
        if (allowed) {
            assertEquals(3, hub.open("hf://team-a/tiny").list().size());
        } else {
            assertEquals("source.not-allowed", refusal(hub, "hf://team-a/tiny").code());
            assertEquals(List.of(), fake.requests);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf://tiny",
                "hf://a/b/c",
                "hf://a/..",
                "hf://a/b@",
                "hf://a/b@../x",
                "hf://a/b@x?y",
                "hf://user@host/b@main/",
                "hf://a/b@-x"
            })
    void an_address_of_another_form_is_refused(String location) {
        assertEquals("source.location", refusal(hub(), location).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf://a/b#..", "hf://a/b#x/../y", "hf://a/b#/x", "hf://a/b@main#x%2fy"})
    void a_subfolder_that_is_no_plain_path_is_refused(String location) {
        assertEquals("source.name", refusal(hub(), location).code());
    }
}
