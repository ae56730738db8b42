package dev.ingot.registry.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.registry.InMemoryChannels;
import dev.ingot.registry.StoredRuns;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import io.smallrye.reactive.messaging.memory.InMemorySink;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(InMemoryChannels.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RegistryTest {
    private static final String REQUEST = """
            {"run": "%s", "model": "jargon", "base": "file:///models/base", "adapter": "s3://adapters/jargon",
             "trainedOn": "base-as-stored", "evaluation": {"domain": "file:///texts/domain.txt"}}""";

    @Inject
    ObjectStore store;

    @Inject
    @Connector("smallrye-in-memory")
    InMemoryConnector connector;

    private StoredRuns runs;
    private InMemorySink<Record<String, byte[]>> requested;

    @BeforeEach
    void clear() throws IOException {
        runs = new StoredRuns(store);
        requested = connector.sink("registry-run-requested");
        requested.clear();
    }

    @Test
    void aRunThatIsHandedInStandsInTheStoreAndItsEventGoesOutUnderItsKey() throws IOException {
        submit("acme", REQUEST.formatted("hand-in-1"))
                .statusCode(202)
                .header("Location", containsString("/api/teams/acme/runs/hand-in-1"))
                .body("run", equalTo("hand-in-1"))
                .body("links.page", equalTo("/runs/acme/hand-in-1"));
        RunRef run = new RunRef("acme", "hand-in-1");
        RunRequest request = new RunFiles(store).request(run).orElseThrow();
        assertEquals("s3://adapters/jargon", request.adapter());
        assertEquals(RunRequest.ValidationLevel.FULL, request.validate());
        assertTrue(request.provenance());
        assertEquals(1, requested.received().size());
        Record<String, byte[]> sent = requested.received().getFirst().getPayload();
        assertEquals("acme/hand-in-1", sent.key());
        assertEquals(run, ((Event.RunRequested) Documents.readEvent(sent.value(), "sent")).run());
    }

    @Test
    void sendingTheSameRunAgainChangesNothingAndAnotherContentIsAConflict() {
        submit("acme", REQUEST.formatted("twice")).statusCode(202);
        submit("acme", REQUEST.formatted("twice")).statusCode(200).body("run", equalTo("twice"));
        assertEquals(2, requested.received().size(), "the event goes out again, should the first have been lost");
        submit("acme", REQUEST.formatted("twice").replace("models/base", "models/other"))
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("request.conflict"))
                .body("remedy", not(equalTo("")));
    }

    @Test
    void severalAdaptersKeepTheirOrderAndWeightsAndBothBelongToTheContent() throws IOException {
        String several = REQUEST.replace(
                "\"adapter\": \"s3://adapters/jargon\"",
                "\"adapters\": [{\"adapter\": \"s3://adapters/jargon\"}, {\"adapter\": \"s3://adapters/style\", \"weight\": -0.5}]");
        submit("acme", several.formatted("several")).statusCode(202);
        RunRequest request =
                new RunFiles(store).request(new RunRef("acme", "several")).orElseThrow();
        assertEquals(
                List.of(
                        WeightedAdapter.whole("s3://adapters/jargon"),
                        new WeightedAdapter("s3://adapters/style", -0.5)),
                request.requireAdapters());
        given().get("/api/teams/acme/runs/several")
                .then()
                .body("adapter", equalTo("s3://adapters/jargon + -0.5 × s3://adapters/style"));
        submit("acme", several.formatted("several")).statusCode(200);
        submit("acme", several.formatted("several").replace("-0.5", "0.5"))
                .statusCode(409)
                .body("code", equalTo("request.conflict"));
        submit(
                        "acme",
                        several.formatted("several")
                                .replace("jargon\"}", "x\"}")
                                .replace("style", "jargon")
                                .replace("/x", "/style"))
                .statusCode(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "\"adapters\": [] | request.adapters",
                "\"submittedBy\": \"x\" | request.adapters",
                "\"adapter\": \"s3://a/b\", \"adapters\": [{\"adapter\": \"s3://a/b\"}] | request.adapters",
                "\"adapters\": [{\"adapter\": \"s3://a/b\", \"weight\": 0}] | request.weight",
                "\"adapters\": [{\"adapter\": \"s3://a/b\", \"weight\": \"NaN\"}] | request.weight",
                "\"adapters\": [{\"adapter\": \"ftp://a/b\"}] | request.unsupported-source",
                "\"adapters\": [{\"adapter\": \"s3://a/b\", \"wait\": 1}] | request.unreadable"
            })
    void adaptersThatAreNoneAreRefused(String adapters, String code) {
        submit("acme", REQUEST.formatted("not-several").replace("\"adapter\": \"s3://adapters/jargon\"", adapters))
                .body("code", equalTo(code))
                .body("remedy", not(equalTo("")));
        assertEquals(0, requested.received().size());
    }

    @Test
    void aRunWithoutANameGetsOne() {
        submit("acme", REQUEST.formatted("x").replace("\"run\": \"x\",", ""))
                .statusCode(202)
                .body("run", startsWith("jargon-2"));
    }

    @Test
    void aRequestThatDoesNotSayWhatTrainingSawIsRefused() {
        String undeclared = REQUEST.formatted("undeclared").replace("\"trainedOn\": \"base-as-stored\",", "");
        submit("acme", undeclared)
                .statusCode(422)
                .body("code", equalTo("request.undeclared-base"))
                .body("remedy", containsString("quantized-while-loading"));
        given().get("/api/teams/acme/runs/undeclared").then().statusCode(404);
        assertEquals(0, requested.received().size());
    }

    @Test
    void transformersQuantizationConfigIsTakenAsTheObjectThatItIs() throws IOException {
        submit(
                        "acme",
                        REQUEST.formatted("quantized")
                                .replace(
                                        "\"base-as-stored\"",
                                        "\"quantized-while-loading\", \"quantizationConfig\": {\"load_in_4bit\": true}"))
                .statusCode(202);
        assertEquals(
                "{\"load_in_4bit\":true}",
                new RunFiles(store)
                        .request(new RunRef("acme", "quantized"))
                        .orElseThrow()
                        .quantizationConfig());
    }

    @Test
    void aReadyNameStandsForAQuantizationConfig() throws IOException {
        submit(
                        "acme",
                        REQUEST.formatted("by-name")
                                .replace(
                                        "\"base-as-stored\"",
                                        "\"quantized-while-loading\", \"quantizationConfig\": \"nf4-double\""))
                .statusCode(202);
        assertEquals(
                "nf4-double",
                new RunFiles(store)
                        .request(new RunRef("acme", "by-name"))
                        .orElseThrow()
                        .quantizationConfig());
    }

    @Test
    void aTrainersCheckpointIsChosenByTheRequest() throws IOException {
        submit("acme", REQUEST.formatted("chosen").replace("\"trainedOn\"", "\"checkpoint\": \"best\", \"trainedOn\""))
                .statusCode(202);
        assertEquals(
                "best",
                new RunFiles(store)
                        .request(new RunRef("acme", "chosen"))
                        .orElseThrow()
                        .checkpoint());
        refused(
                REQUEST.formatted("unknown").replace("\"trainedOn\"", "\"checkpoint\": \"newest\", \"trainedOn\""),
                422,
                "request.checkpoint");
    }

    @Test
    void whatIsWrongWithARequestIsSaidByItsCode() {
        refused("not json", 400, "request.unreadable");
        refused("[]", 400, "request.unreadable");
        refused(REQUEST.formatted("m").replace("\"model\"", "\"modell\""), 400, "request.unreadable");
        refused(REQUEST.formatted("../../etc"), 400, "request.bad-name");
        refused(REQUEST.formatted("m").replace("\"jargon\"", "\"../x\""), 400, "request.bad-name");
        refused(
                REQUEST.formatted("m").replace("file:///models", "http://evil.example"),
                422,
                "request.unsupported-source");
        refused(
                REQUEST.formatted("m").replace("\"evaluation\"", "\"maxShardBytes\": 5, \"evaluation\""),
                422,
                "request.shard-size");
        refused(
                REQUEST.formatted("m").replace("\"evaluation\"", "\"quantizationConfig\": {}, \"evaluation\""),
                422,
                "request.quantization-config");
        refused(
                REQUEST.formatted("m")
                        .replace("\"base-as-stored\"", "\"quantized-while-loading\", \"quantizationConfig\": \"nf5\""),
                422,
                "quantization-config.name");
        given().contentType("application/json")
                .body("{}")
                .post("/api/teams/ACME/runs")
                .then()
                .statusCode(400);
        given().contentType("text/plain")
                .body(REQUEST.formatted("m"))
                .post("/api/teams/acme/runs")
                .then()
                .statusCode(415);
    }

    @Test
    void aRunUnderWayShowsItsStages() throws IOException {
        RunRef run = runs.handedIn("acme", "under-way", "jargon");
        given().get("/api/teams/acme/runs/under-way")
                .then()
                .statusCode(200)
                .body("state", equalTo("waiting"))
                .body("waitsFor", equalTo("waits for a worker of ingest"));
        runs.planned(run, 2);
        runs.merged(run, 2);
        given().get("/api/teams/acme/runs/under-way")
                .then()
                .body("state", equalTo("running"))
                .body("stages[0].state", equalTo("done"))
                .body("stages[1].done", is(1))
                .body("stages[1].total", is(2))
                .body("stages[2].share", is(0.5f))
                .body("stages[3].state", equalTo("waiting"))
                .body("waitsFor", containsString("dequant is at work, 1 of 2 shards done"));
        runs.rejected(run, "adapter.unmatched-key", "14 of 560 adapter tensors fit no tensor of the base.");
        given().get("/api/teams/acme/runs/under-way")
                .then()
                .body("state", equalTo("rejected"))
                .body("stages[2].state", equalTo("stopped"))
                .body("verdict.kind", equalTo("rejected"))
                .body("verdict.code", equalTo("adapter.unmatched-key"));
    }

    @Test
    void runsAreListedInPagesNewestFirst() throws IOException {
        for (int i = 1; i <= 3; i++) {
            runs.handedIn("paging", "run-" + i, "m");
        }
        String next = given().get("/api/teams/paging/runs?limit=2")
                .then()
                .statusCode(200)
                .body("runs.size()", is(2))
                .extract()
                .path("next");
        given().get("/api/teams/paging/runs?limit=2&after=" + next)
                .then()
                .body("runs.size()", is(1))
                .body("next", equalTo(null));
        given().get("/api/runs").then().body("runs.team", hasItem("paging"));
    }

    @Test
    void aPublishedVersionCanBeFoundAndFetchedWholeAndInParts() throws IOException {
        RunRef run = runs.handedIn("acme", "pub-1", "served");
        byte[] weights = runs.published(run, "served", 1, 600_000);
        given().get("/api/teams/acme/models/served")
                .then()
                .statusCode(200)
                .body("versions[0].version", is(1))
                .body("versions[0].run", equalTo("acme/pub-1"))
                .body("versions[0].files[0].sha256", equalTo(StoredRuns.sha256(weights)));
        given().get("/api/models").then().body("models.model", hasItem("served"));
        given().get("/api/teams/acme/runs/pub-1")
                .then()
                .body("state", equalTo("published"))
                .body("hasReport", is(true));
        given().get("/api/teams/acme/runs/pub-1/report.json")
                .then()
                .statusCode(200)
                .header("Link", equalTo("</api/schemas/report.v1.json>; rel=\"describedby\""))
                .body("delivered", is(true));
        given().get("/api/schemas/report.v1.json")
                .then()
                .statusCode(200)
                .header("Content-Type", containsString("application/schema+json"))
                .body("title", equalTo("Ingot report"));

        String file = "/api/teams/acme/models/served/versions/1/files/model.safetensors";
        byte[] whole = given().get(file)
                .then()
                .statusCode(200)
                .header("ETag", "\"" + StoredRuns.sha256(weights) + "\"")
                .header("Content-Length", "600000")
                .extract()
                .asByteArray();
        assertArrayEquals(weights, whole);
        byte[] part = given().header("Range", "bytes=1000-1999")
                .get(file)
                .then()
                .statusCode(206)
                .header("Content-Range", "bytes 1000-1999/600000")
                .header("Content-Length", "1000")
                .extract()
                .asByteArray();
        assertArrayEquals(Arrays.copyOfRange(weights, 1000, 2000), part);
        given().header("Range", "bytes=600000-")
                .get(file)
                .then()
                .statusCode(416)
                .header("Content-Range", "bytes */600000");
        given().header("Range", "bytes=0-9")
                .header("If-Range", "\"other\"")
                .get(file)
                .then()
                .statusCode(200);
        given().header("If-None-Match", "\"" + StoredRuns.sha256(weights) + "\"")
                .get(file)
                .then()
                .statusCode(304);
        given().head(file).then().statusCode(200).header("Content-Length", "600000");
        given().get("/api/teams/acme/models/served/versions/1/files/extra/empty.txt")
                .then()
                .statusCode(200)
                .header("Content-Length", "0");
    }

    @Test
    void onlyWhatTheManifestNamesExists() throws IOException {
        runs.published(runs.handedIn("acme", "pub-2", "closed"), "closed", 1, 10);
        for (String path :
                new String[] {"files/other.bin", "files/../manifest.json", "files/%2e%2e/manifest.json", "files/extra"
                }) {
            given().urlEncodingEnabled(false)
                    .get("/api/teams/acme/models/closed/versions/1/" + path)
                    .then()
                    .statusCode(404);
        }
        given().get("/api/teams/acme/models/closed/versions/2")
                .then()
                .statusCode(404)
                .body("code", equalTo("registry.not-found"));
        given().get("/api/teams/other/models/closed").then().statusCode(404);
        given().get("/api/teams/acme/models/closed/versions/0/files/config.json")
                .then()
                .statusCode(404);
    }

    @Test
    void anAliasPointsAtAVersionAndKeepsItsHistory() throws IOException {
        runs.published(runs.handedIn("acme", "alias-1", "aliased"), "aliased", 1, 10);
        runs.published(runs.handedIn("acme", "alias-2", "aliased"), "aliased", 2, 10);
        String alias = "/api/teams/acme/models/aliased/aliases/champion";
        for (int version : new int[] {1, 2, 1}) {
            given().contentType("application/json")
                    .body("{\"version\": " + version + ", \"by\": \"ann\"}")
                    .put(alias)
                    .then()
                    .statusCode(200);
        }
        given().get("/api/teams/acme/models/aliased")
                .then()
                .body("aliases.champion", is(1))
                .body("versions[1].aliases", hasItem("champion"));
        given().get(alias).then().body("version", equalTo(Arrays.asList(1, 2, 1)));
        given().contentType("application/json")
                .body("{\"version\": 9}")
                .put(alias)
                .then()
                .statusCode(404);
        given().contentType("application/json")
                .body("{\"version\": 1}")
                .put("/api/teams/acme/models/aliased/aliases/UP")
                .then()
                .statusCode(400);
    }

    @Test
    void pagesShowWhatTheApiSays() throws IOException {
        RunRef open = runs.handedIn("pages", "open", "jargon");
        runs.planned(open, 3);
        runs.published(runs.handedIn("pages", "over", "shown"), "shown", 1, 10);
        RunRef refused = runs.handedIn("pages", "refused", "jargon");
        runs.rejected(refused, "adapter.x", "An <img src=x> tensor.");

        String list = page("/", 200);
        assertTrue(list.contains("id=\"run-pages--open\""), list);
        assertTrue(list.contains("data-live=\"/runs/live\""), list);
        assertTrue(list.contains("An &lt;img src=x&gt; tensor."), list);
        String run = page("/runs/pages/open", 200);
        assertTrue(run.contains("data-live=\"/runs/pages/open/live\""), run);
        assertTrue(run.contains("waits for a worker of dequant"), run);
        String over = page("/runs/pages/over", 200);
        assertTrue(over.contains("Published as version 1 of shown."), over);
        assertTrue(over.contains("/models/pages/shown/versions/1"), over);
        assertTrue(page("/models", 200).contains("/models/pages/shown"));
        assertTrue(page("/models/pages/shown", 200).contains("/runs/pages/over"));
        String version = page("/models/pages/shown/versions/1", 200);
        assertTrue(version.contains("Jargon &lt;File&gt;"), version);
        assertTrue(version.contains("/files/extra/empty.txt"), version);
        page("/runs/pages/none", 404);
        page("/models/pages/none", 404);
        page("/runs/UP/none", 400);
        given().get("/api/teams/pages/runs/over/report.html")
                .then()
                .statusCode(200)
                .header("Content-Security-Policy", containsString("sandbox"))
                .body(containsString("report"));
        given().get("/registry/live.js").then().statusCode(200);
    }

    private static String page(String path, int status) {
        String html = given().get(path)
                .then()
                .statusCode(status)
                .contentType("text/html")
                .header("Content-Security-Policy", containsString("default-src 'none'"))
                .extract()
                .asString();
        assertTrue(html.startsWith("<!doctype html>"), html);
        return html;
    }

    private void refused(String body, int status, String code) {
        submit("acme", body).statusCode(status).body("code", equalTo(code));
    }

    private static ValidatableResponse submit(String team, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/teams/" + team + "/runs")
                .then();
    }
}
