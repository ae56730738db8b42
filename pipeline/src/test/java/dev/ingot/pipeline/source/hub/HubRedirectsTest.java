package dev.ingot.pipeline.source.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a hub, or whoever answers in its place, may send a client: nowhere but to listed hosts, and never with the token. */
@Timeout(60)
class HubRedirectsTest {
    private static final String TOKEN = "hf_secret";
    private static final String WEIGHTS = "model.safetensors";
    private static final byte[] CONTENT = "weights".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path cache;

    private final List<String> lookedUp = new ArrayList<>();
    private FakeHub fake;
    private FakeHub other;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub().with(WEIGHTS, CONTENT);
        fake.token = TOKEN;
        other = new FakeHub().with(WEIGHTS, CONTENT);
    }

    @AfterEach
    void stop() {
        fake.close();
        other.close();
    }

    private Hub hub(String... hosts) {
        Dns local = host -> {
            lookedUp.add(host);
            return List.of(InetAddress.getLoopbackAddress());
        };
        HubPatience patience = new HubPatience(2, Duration.ofSeconds(1), Duration.ofMinutes(1), pause -> {});
        HubAccess access = HubAccess.of(fake.endpoint(), Optional.of(TOKEN), List.of(hosts), cache);
        return new Hub(access, Optional.empty(), HubProgress.NONE, patience, local);
    }

    /** The hub's own answers are all that was sent. */
    private void assertNothingWasSentElsewhere() {
        assertTrue(fake.requests.stream().allMatch(request -> request.startsWith("127.0.0.1 ")), fake.requests::toString);
        assertEquals(List.of(), other.requests);
    }

    /** {@code PORT} is the hub's own, {@code OTHER} that of another server on the same machine, which stands for whatever runs there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "http://evil.example:PORT",
                "//evil.example:PORT",
                "http://127.0.0.1:OTHER",
                "http://localhost:OTHER",
                "http://localhost:PORT",
                "http://127.1:OTHER",
                "http://2130706433:OTHER",
                "http://0x7f000001:OTHER",
                "http://0x7f.1:OTHER",
                "http://017700000001:OTHER",
                "http://0177.0.0.1:OTHER",
                "http://0.0.0.0:OTHER",
                "http://[::1]:OTHER",
                "http://[::]:OTHER",
                "http://[::ffff:127.0.0.1]:OTHER",
                "http://[0:0:0:0:0:ffff:7f00:1]:OTHER",
                "http://[64:ff9b::7f00:1]:OTHER",
                "http://169.254.169.254",
                "http://[fd00:ec2::254]",
                "http://metadata.google.internal",
                "http://10.0.0.1",
                "http://blobs.example",
                "http://blobs.example:1",
                "https://blobs.example",
                "http://blobs.example.:PORT",
                "http://blobs.example.evil.example:PORT",
                "http://evil-blobs.example:PORT",
                "http://blobs.example@evil.example:PORT",
                "http://blobs.example%40evil.example:PORT",
                "http://evil.example:PORT#@blobs.example",
                "http://evil.example:PORT/@blobs.example",
                "http://evil.example:PORT\\\\@blobs.example",
                "http://hub.example:PORT",
                "ftp://blobs.example:PORT",
                "file:///etc/passwd",
                "gopher://127.0.0.1:OTHER",
                "javascript:0",
                "http://",
                "http://[::1",
                "http://bl obs.example"
            })
    void a_redirect_to_a_host_that_is_not_listed_is_refused_before_anything_is_sent_there(String to) {
        fake.redirectTo = to.replace("PORT", "" + fake.port()).replace("OTHER", "" + other.port());
        Hub hub = hub("blobs.example:" + fake.port(), "*.hub.example");
        RefusedInput refused = assertThrows(RefusedInput.class, () -> hub.fetch("hf://team-a/tiny", WEIGHTS));
        assertEquals("source.host-not-allowed", refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains("model.safetensors"), refused.getMessage());
        assertFalse((refused.getMessage() + refused.remedy()).contains(TOKEN));
        assertNothingWasSentElsewhere();
        assertTrue(lookedUp.stream().allMatch("127.0.0.1"::equals), lookedUp::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://blobs.example:PORT", "HTTP://BLOBS.Example:PORT", "//blobs.example:PORT", "http://user:secret@blobs.example:PORT"})
    void a_listed_host_is_asked_without_the_token_and_looked_up_once(String to) throws IOException {
        fake.redirectTo = to.replace("PORT", "" + fake.port());
        Hub hub = hub("blobs.example:" + fake.port());
        hub.fetch("hf://team-a/tiny", WEIGHTS);
        assertEquals("blobs.example /model.safetensors", fake.requests.getLast());
        assertEquals(1, lookedUp.stream().filter("blobs.example"::equals).count(), lookedUp::toString);
        assertArrayEquals(CONTENT, Files.readAllBytes(cache.resolve("sha256-" + FakeHub.sha256(CONTENT))));
    }

    /** The same machine, another server: the token is the hub's alone. */
    @Test
    void another_port_of_the_hubs_own_host_gets_no_token() throws IOException {
        fake.redirectTo = "http://127.0.0.1:" + other.port() + "/team-a/tiny/resolve/" + FakeHub.COMMIT;
        other.redirectTo = "http://blobs.example:" + other.port();
        hub("127.0.0.1:" + other.port(), "blobs.example:" + other.port()).fetch("hf://team-a/tiny", WEIGHTS);
        assertEquals(2, other.requests.size(), other.requests::toString);
        assertTrue(other.requests.stream().noneMatch(request -> request.contains(TOKEN)), other.requests::toString);
    }

    @Test
    void each_redirect_of_a_chain_is_checked() {
        fake.redirectTo = "http://127.0.0.1:" + other.port() + "/team-a/tiny/resolve/" + FakeHub.COMMIT;
        other.redirectTo = "http://169.254.169.254/latest";
        Hub hub = hub("127.0.0.1:" + other.port());
        RefusedInput refused = assertThrows(RefusedInput.class, () -> hub.fetch("hf://team-a/tiny", WEIGHTS));
        assertEquals("source.host-not-allowed", refused.code());
        assertTrue(refused.getMessage().contains("169.254.169.254"), refused.getMessage());
    }

    @Test
    void the_next_page_of_a_list_is_no_way_out_either() {
        fake.failAlways(
                "/api/models/team-a/tiny/tree",
                exchange -> {
                    exchange.getResponseHeaders()
                            .add("Link", "<http://127.0.0.1:" + other.port() + "/api>; rel=\"next\"");
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write("[]".getBytes(StandardCharsets.UTF_8));
                });
        RefusedInput refused = assertThrows(RefusedInput.class, () -> hub().open("hf://team-a/tiny"));
        assertEquals("source.host-not-allowed", refused.code());
        assertNothingWasSentElsewhere();
    }

    /** A name that only a pattern lists has to be public: the addresses that are looked at are those that are connected to. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"})
    void a_name_that_a_pattern_lists_and_that_means_a_private_address_is_refused(String address) {
        fake.redirectTo = "http://cdn.hub.example";
        Dns names = host -> List.of(host.startsWith("127.") ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(address));
        HubAccess access = HubAccess.of(fake.endpoint(), Optional.of(TOKEN), List.of("*.hub.example"), cache);
        Hub hub = new Hub(access, Optional.empty(), HubProgress.NONE, HubPatience.USUAL, names);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> hub.fetch("hf://team-a/tiny", WEIGHTS));
        assertEquals("source.private-address", refused.code());
        assertTrue(refused.getMessage().contains("cdn.hub.example"), refused.getMessage());
    }

    @Test
    void a_name_whose_answer_changes_or_is_mixed_is_looked_at_each_time() throws IOException {
        InetAddress inside = InetAddress.ofLiteral("127.0.0.1");
        InetAddress outside = InetAddress.ofLiteral("18.172.134.4");
        Deque<List<InetAddress>> answers =
                new ArrayDeque<>(List.of(List.of(outside), List.of(inside), List.of(outside, inside)));
        HubHosts hosts = new HubHosts(HttpUrl.get("https://hub.example"), List.of("*.hub.example"), _ -> answers.poll());
        assertEquals(List.of(outside), hosts.lookup("cdn.hub.example"));
        assertThrows(UnknownHostException.class, () -> hosts.lookup("cdn.hub.example"));
        assertThrows(UnknownHostException.class, () -> hosts.lookup("cdn.hub.example"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://huggingface.co/x, true",
        "https://huggingface.co:443/x, true",
        "https://huggingface.co:8443/x, false",
        "http://huggingface.co/x, false",
        "https://cdn-lfs.huggingface.co/x, true",
        "https://cas-bridge.xethub.hf.co/x, true",
        "https://cas-bridge.xethub.hf.co:8443/x, false",
        "http://cas-bridge.xethub.hf.co/x, false",
        "http://cas-bridge.xethub.hf.co:443/x, false",
        "https://hf.co/x, false",
        "https://evilhf.co/x, false",
        "https://hf.co.evil.example/x, false",
        "https://127.0.0.1/x, false",
        "https://[::1]/x, false"
    })
    void of_the_public_hub_its_own_hosts_with_tls_are_allowed(String url, boolean allowed) {
        HubAccess access = HubAccess.of(HubAccess.PUBLIC_ENDPOINT, Optional.empty(), List.of(), cache);
        HubHosts hosts = new HubHosts(HttpUrl.get(access.endpoint().toString()), access.hosts(), Dns.SYSTEM);
        if (allowed) {
            hosts.require(HttpUrl.get(url), "x");
        } else {
            RefusedInput refused = assertThrows(RefusedInput.class, () -> hosts.require(HttpUrl.get(url), "x"));
            assertEquals("source.host-not-allowed", refused.code());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://hub.example", "file:///hub", "hub.example", "https://token@hub.example", "https://"})
    void an_endpoint_of_another_form_is_no_endpoint(String endpoint) {
        assertThrows(IllegalArgumentException.class, () -> HubAccess.of(endpoint, Optional.empty(), List.of(), cache));
    }
}
