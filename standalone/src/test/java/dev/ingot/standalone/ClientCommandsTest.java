package dev.ingot.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.pipeline.signing.FolderDigests;
import dev.ingot.registry.run.Submission;
import dev.ingot.standalone.client.FakeRegistry;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ClientCommandsTest {
    private static final String RUN = "/api/teams/blue/runs/r1";

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);
    private FakeRegistry server;

    @BeforeEach
    void serve() throws IOException {
        server = new FakeRegistry();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int ingot(String... args) {
        String[] all = Stream.concat(
                        Arrays.stream(args), Stream.of("--url", server.url().toString()))
                .toArray(String[]::new);
        return Main.run(recorded.terminal(), all);
    }

    private static String view(String state, String verdict) {
        return """
                {"team":"blue","run":"r1","model":"bot","state":"%s","waitsFor":"waits for a worker of merge","hasReport":false,
                 "stages":[{"stage":"ingest","state":"done","done":1,"total":1,"share":1.0,"note":"9 tensors"},
                           {"stage":"merge","state":"running","done":1,"total":4,"share":0.25,"note":""}]%s}
                """.formatted(state, verdict);
    }

    private static final String PUBLISHED =
            ",\"verdict\":{\"kind\":\"published\",\"run\":{\"team\":\"blue\",\"run\":\"r1\"},\"model\":\"bot\",\"version\":3}";
    private static final String REJECTED =
            ",\"verdict\":{\"kind\":\"rejected\",\"stage\":\"validate\",\"code\":\"gate.fidelity\",\"sentence\":\"KL is 3.\",\"remedy\":\"look\"}";

    @Test
    void submitSendsWhatItWasToldAndPrintsTheRun() {
        server.says("/api/teams/blue/runs", 202, "{\"team\":\"blue\",\"run\":\"r1\"}");
        int exit = ingot(
                "submit",
                "--team",
                "blue",
                "--model",
                "bot",
                "--base",
                "s3://b/base",
                "--adapter",
                dir.toString(),
                "--trained-on",
                "stored",
                "--dtype",
                "float16",
                "--eval",
                "domain=s3://b/text",
                "--max-shard-size",
                "2GB");
        assertEquals(0, exit, recorded.err());
        assertEquals("blue/r1\n", recorded.out());
        String sent = server.requests().getFirst();
        assertTrue(sent.contains("\"base\":\"s3://b/base\""), sent);
        assertTrue(sent.contains("\"adapter\":\"" + dir.toUri() + "\""), sent);
        assertTrue(sent.contains("\"trainedOn\":\"base-as-stored\""), sent);
        assertTrue(sent.contains("\"dtype\":\"float16\""), sent);
        assertTrue(sent.contains("\"maxShardBytes\":2000000000"), sent);
        assertTrue(sent.contains("\"evaluation\":{\"domain\":\"s3://b/text\"}"), sent);
    }

    @Test
    void submitSendsWhichOfSeveralIsMeantAndMayLeaveTheBaseToTheAdapter() {
        server.says("/api/teams/blue/runs", 202, "{\"team\":\"blue\",\"run\":\"r1\"}");
        int exit = ingot(
                "submit",
                "--team",
                "blue",
                "--model",
                "bot",
                "--adapter",
                dir + "#style",
                "--checkpoint",
                "best",
                "--trained-on",
                "stored");
        assertEquals(0, exit, recorded.err());
        String sent = server.requests().getFirst();
        assertTrue(sent.contains("\"adapter\":\"" + dir.toUri() + "#style\""), sent);
        assertTrue(sent.contains("\"checkpoint\":\"best\""), sent);
        assertFalse(sent.contains("\"base\""), sent);
    }

    @Test
    void submitSendsSeveralAdaptersInTheirOrderWithTheirWeights() throws IOException {
        server.says("/api/teams/default/runs", 202, "{\"team\":\"default\",\"run\":\"r1\"}");
        Path named = Files.createDirectory(dir.resolve("lora:2"));
        int exit = ingot(
                "submit",
                "--model",
                "bot",
                "--base",
                "s3://b/base",
                "--adapter",
                "s3://b/one:-0.5",
                "--adapter",
                named.toString(),
                "--adapter",
                named + ":3",
                "--trained-on",
                "stored");
        assertEquals(0, exit, recorded.err());
        String expected =
                "\"adapters\":[{\"adapter\":\"s3://b/one\",\"weight\":-0.5},{\"adapter\":\"%s\",\"weight\":1},{\"adapter\":\"%s\",\"weight\":3}]"
                        .formatted(named.toUri(), named.toUri());
        String sent = server.requests().getFirst();
        assertTrue(sent.contains(expected), sent);
    }

    @ParameterizedTest
    @CsvSource({"%s:abc, abc' is no weight", "hf://org/name:half, half' is no weight"})
    void wordsBehindTheColonOfAPlaceThatIsThereAreNoWeightAndNoPlace(String adapter, String hint) {
        int exit = Main.run(
                recorded.terminal(),
                "merge",
                "--base",
                "b",
                "--adapter",
                adapter.formatted(dir),
                "--out",
                dir.resolve("out").toString());
        assertEquals(2, exit);
        assertTrue(recorded.err().contains(hint), recorded.err());
    }

    @ParameterizedTest
    @CsvSource({"0", "-0.0", "nan", "Infinity", "1e999", "0.5x"})
    void aWeightThatIsNoneIsWrongUsage(String weight) {
        int exit = Main.run(
                recorded.terminal(),
                "merge",
                "--base",
                "b",
                "--adapter",
                dir + ":" + weight,
                "--out",
                dir.resolve("out").toString());
        assertEquals(2, exit);
        assertTrue(recorded.err().contains("has to be a finite number other than 0"), recorded.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "nf4-double | \"nf4-double\"",
                "{ \"load_in_4bit\": true, \"dtype\": \"bfloat16\" } | {\"load_in_4bit\":true,\"dtype\":\"bfloat16\"}"
            })
    void submitSendsTheQuantizationConfigAsANameOrAsTheObjectThatAFileHolds(String config, String expected)
            throws IOException {
        server.says("/api/teams/default/runs", 202, "{\"team\":\"default\",\"run\":\"r1\"}");
        Path file = Files.writeString(dir.resolve("quantization.json"), config);
        int exit = ingot(
                "submit",
                "--model",
                "bot",
                "--base",
                "s3://b/base",
                "--adapter",
                "s3://b/adapter",
                "--quantization-config",
                config.startsWith("{") ? file.toString() : config,
                "--merge-base",
                "original",
                "--swap-nibbles",
                "--base-is-residual");
        assertEquals(0, exit, recorded.err());
        String sent = server.requests().getFirst();
        assertTrue(sent.contains("\"trainedOn\":\"quantized-while-loading\""), sent);
        assertTrue(sent.contains("\"quantizationConfig\":" + expected), sent);
        assertTrue(sent.contains("\"mergeBase\":\"original\""), sent);
        assertTrue(sent.contains("\"swapNibbles\":true"), sent);
        assertTrue(sent.contains("\"baseIsResidual\":true"), sent);
    }

    /** What the API's request can say, the command can say too. */
    @Test
    void everyMemberOfARequestHasAnOption() {
        server.says("/api/teams/default/runs", 202, "{\"team\":\"default\",\"run\":\"r1\"}");
        String common = "submit --model=bot --run=r1 --base=s3://b/x --checkpoint=best --quantization-config=nf4"
                + " --merge-base=measured --original-base=s3://b/y --swap-nibbles --base-is-residual --mirrors=base"
                + " --dtype=float32 --tie=untie --validate=smoke --max-shard-size=1GB --eval=s3://b/held-out.jsonl"
                + " --eval=code=s3://b/code.txt --eval-general=s3://b/g.txt --eval-field=answer"
                + " --override=fidelity=looked-at-it --override-by=Ada --adapter-config=" + adapterConfig();
        assertEquals(0, ingot((common + " --adapter=s3://b/a").split(" ")), recorded.err());
        assertEquals(0, ingot((common + " --adapter=s3://b/a --adapter=s3://b/c:0.5").split(" ")), recorded.err());

        Set<String> sent = new TreeSet<>();
        for (String request : server.requests()) {
            String body = request.substring(request.indexOf('{'));
            sent.addAll(Json.parseObject(body.getBytes(StandardCharsets.UTF_8), "the request")
                    .members()
                    .keySet());
        }
        Set<String> known = Arrays.stream(Submission.class.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(known, sent);
        String first = server.requests().getFirst();
        assertTrue(first.contains("\"domain\":\"s3://b/held-out.jsonl#answer\""), first);
        assertTrue(first.contains("\"code\":\"s3://b/code.txt\""), first);
        assertTrue(
                first.contains("\"overrides\":[{\"gate\":\"fidelity\",\"by\":\"Ada\",\"reason\":\"looked-at-it\"}]"),
                first);
    }

    private String adapterConfig() {
        try {
            return Files.writeString(dir.resolve("lora.json"), "{\"peft_type\":\"LORA\",\"r\":4}")
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--override=fidelity=ok | --override needs --override-by NAME",
                "--eval=a.txt --eval=b.txt | two evaluation texts are called 'domain'",
                "--max-shard-size=1KB | expected 1MiB or more",
            })
    void whatIsHalfSaidIsWrongUsageBeforeAnythingIsSent(String options, String answer) {
        String all = "submit --model=bot --base=s3://b/x --adapter=s3://b/y --trained-on=stored " + options;
        assertEquals(2, ingot(all.split(" ")), recorded.err());
        assertTrue(recorded.err().contains(answer), recorded.err());
        assertTrue(server.requests().isEmpty());
    }

    @Test
    void validateJudgesOneMergeAndNotAChoiceOfTwo() {
        int exit = Main.run(
                recorded.terminal(), "validate", "--base=b", "--adapter=a", "--merged=m", "--merge-base=measured");
        assertEquals(2, exit);
        assertTrue(recorded.err().contains("say which"), recorded.err());
    }

    @Test
    void quantizedWithoutAConfigIsWrongUsage() {
        int exit = ingot(
                "submit", "--model", "bot", "--base", "s3://b/x", "--adapter", "s3://b/y", "--trained-on", "quantized");
        assertEquals(2, exit);
        assertTrue(recorded.err().contains("give --quantization-config FILE"), recorded.err());
    }

    /** The services have no cache of this machine, in which ingot merge would look for such a name. */
    @ParameterizedTest
    @CsvSource({
        "org/llama-13b, org/adapter, hf://org/llama-13b, hf://org/adapter",
        "org/llama-13b@main, org/adapter@v1#style, hf://org/llama-13b@main, hf://org/adapter@v1#style",
        "hf://org/llama-13b, s3://runs/42#style, hf://org/llama-13b, s3://runs/42#style"
    })
    void aNameThatIsNoFolderHereIsOneOfTheHub(String base, String adapter, String sentBase, String sentAdapter) {
        server.says("/api/teams/default/runs", 202, "{\"team\":\"default\",\"run\":\"r1\"}");
        int exit =
                ingot("submit", "--model", "bot", "--base", base, "--adapter", adapter, "--trained-on", "stored");
        assertEquals(0, exit, recorded.err());
        String sent = server.requests().getFirst();
        assertTrue(sent.contains("\"base\":\"" + sentBase + "\""), sent);
        assertTrue(sent.contains("\"adapter\":\"" + sentAdapter + "\""), sent);
        assertEquals(!base.equals(sentBase), recorded.err().contains("taken as " + sentBase));
    }

    @Test
    void whatIsNoNameOfTheHubEitherIsAnsweredWithWhatToType() {
        for (String base : List.of("llama-13b", "a/b/c", "./org/name", "org/name/", "../name", "/no/where")) {
            int exit = ingot(
                    "submit", "--model", "bot", "--base", base, "--adapter", dir.toString(), "--trained-on", "stored");
            assertEquals(3, exit, recorded.err());
            assertTrue(recorded.err().contains("write file:///"), recorded.err());
        }
        assertTrue(server.requests().isEmpty());
    }

    @Test
    void aRefusedSubmissionShowsTheServersCodeAndRemedy() {
        server.says(
                "/api/teams/default/runs",
                422,
                "{\"code\":\"request.bad-name\",\"sentence\":\"No name.\",\"remedy\":\"Use letters.\"}");
        assertEquals(
                3,
                ingot(
                        "submit",
                        "--model",
                        "!",
                        "--base",
                        "s3://b/x",
                        "--adapter",
                        "s3://b/y",
                        "--trained-on",
                        "stored"));
        assertTrue(recorded.err().contains("refused  request.bad-name: No name."), recorded.err());
        assertTrue(recorded.err().contains("Use letters."), recorded.err());
    }

    @Test
    void statusSaysWhatARunWaitsFor() {
        server.says(RUN, 200, view("running", ""));
        assertEquals(0, ingot("status", "blue/r1"));
        assertTrue(recorded.out().startsWith("blue/r1: running, waits for a worker of merge"), recorded.out());
        assertTrue(recorded.out().contains("1 of 4"), recorded.out());
    }

    @Test
    void statusOfARefusedRunGivesItsReasonAndWhatToDo() {
        server.says(RUN, 200, view("rejected", REJECTED));
        assertEquals(0, ingot("status", "blue/r1"));
        assertTrue(recorded.out().contains("blue/r1: refused, gate.fidelity"), recorded.out());
        assertTrue(recorded.out().contains("KL is 3."), recorded.out());
        assertTrue(recorded.out().contains("do      look"), recorded.out());
    }

    @ParameterizedTest
    @CsvSource({"structure, true", "off, true", "smoke, false", "full, false"})
    void submittingWhatIsNotMeasuredIsWarnedOf(String level, boolean warned) {
        server.says("/api/teams/blue/runs", 202, "{\"team\":\"blue\",\"run\":\"r1\"}");
        assertEquals(
                0,
                ingot(
                        "submit",
                        "--team=blue",
                        "--model=bot",
                        "--base=s3://b/base",
                        "--adapter=s3://b/a",
                        "--trained-on=stored",
                        "--validate=" + level));
        assertEquals(warned, recorded.err().contains("INGOT_VALIDATE_PUBLISH_UNMEASURED"), recorded.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--merge-base=trainedd | expected trained, original or measured, found 'trainedd' (did you mean trained?)",
                "--tie=kep | expected auto, keep, untie or refuse, found 'kep' (did you mean keep?)",
                "--validate=everything | expected off, structure, smoke or full, found 'everything'",
                "--trained-on=store | expected stored or quantized, found 'store' (did you mean stored?)",
                "--dtype=float61 | expected auto, float16, bfloat16 or float32, found 'float61' (did you mean float16?)",
                "--merge-bsae=trained | did you mean --merge-base",
                "--quantisation-config=nf4 | did you mean --quantization-config",
            })
    void aMistypedWordIsAnsweredWithThoseThereAre(String option, String answer) {
        assertEquals(2, Main.run(recorded.terminal(), "merge", "--base=b", "--adapter=a", "--out=o", option));
        assertTrue(recorded.err().contains(answer), recorded.err());
    }

    @Test
    void followingEndsWithTheVerdictAsExitCode() {
        server.says(RUN, 200, view("running", ""));
        server.says(
                RUN + "/events",
                200,
                "data:" + view("running", "").replace("\n", " ") + "\n\ndata:"
                        + view("published", PUBLISHED).replace("\n", " ") + "\n\n");
        assertEquals(0, ingot("status", "r1", "--team", "blue", "--follow"), recorded.err());
        assertTrue(recorded.err().contains("published blue/bot version 3"), recorded.err());
    }

    @Test
    void aRejectedRunEndsWithFour() {
        server.says(RUN, 200, view("rejected", REJECTED));
        assertEquals(4, ingot("status", "blue/r1", "--follow", "--json"));
        assertTrue(recorded.err().contains("refused  gate.fidelity: KL is 3; nothing was published."), recorded.err());
        assertEquals(
                "rejected",
                Json.parseObject(recorded.out().getBytes(StandardCharsets.UTF_8), "stdout")
                        .text("state")
                        .orElseThrow());
    }

    @Test
    void pullBringsTheVersionThatAnAliasPointsAt() throws Exception {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        String sha = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        server.says(
                "/api/teams/blue/models/bot",
                200,
                "{\"team\":\"blue\",\"model\":\"bot\",\"aliases\":{\"production\":2},\"versions\":[{\"version\":3,\"files\":[]},"
                        + "{\"version\":2,\"size\":2,\"files\":[{\"path\":\"config.json\",\"size\":2,\"sha256\":\""
                        + sha + "\"}]}]}");
        server.has("/api/teams/blue/models/bot/versions/2/files/config.json", 200, config);
        Path out = dir.resolve("out");
        assertEquals(0, ingot("pull", "blue/bot@production", "--out", out.toString()), recorded.err());
        assertEquals("{}", Files.readString(out.resolve("config.json")));
    }

    /** The version is a folder that the reference implementation signed. */
    @Test
    void pullVerifiesTheSignatureWhereAKeyIsNamed() throws Exception {
        Path signed = Path.of("../pipeline/src/test/resources/signing");
        List<String> files = new ArrayList<>();
        for (String file : List.of(
                "Capital.txt", "config.json", "empty", "model.safetensors", "model.sig", "sub/b.txt", "sub-a.txt")) {
            byte[] content = Files.readAllBytes(signed.resolve("by-key/" + file));
            files.add("{\"path\":\"%s\",\"size\":%d,\"sha256\":\"%s\"}"
                    .formatted(file, content.length, FolderDigests.sha256(signed.resolve("by-key/" + file))));
            server.has("/api/teams/blue/models/bot/versions/1/files/" + file, 200, content);
        }
        server.says("/api/teams/blue/models/bot", 200, version(files));
        String out = dir.resolve("out").toString();
        String key = signed.resolve("keys/p256.pub.pem").toString();
        assertEquals(0, ingot("pull", "blue/bot", "--out", out, "--key", key), recorded.err());
        assertTrue(recorded.err().contains("signature: by key"), recorded.err());
        String other = signed.resolve("keys/p384.pub.pem").toString();
        assertEquals(3, ingot("pull", "blue/bot", "--out", out, "--key", other));
        assertTrue(recorded.err().contains("signature.other-key"), recorded.err());

        server.says("/api/teams/blue/models/bot", 200, version(files.subList(0, 2)));
        String unsigned = dir.resolve("unsigned").toString();
        assertEquals(3, ingot("pull", "blue/bot", "--out", unsigned, "--key", key));
        assertTrue(recorded.err().contains("signature.missing"), recorded.err());
    }

    private static String version(List<String> files) {
        return "{\"team\":\"blue\",\"model\":\"bot\",\"versions\":[{\"version\":1,\"size\":2,\"files\":["
                + String.join(",", files) + "]}]}";
    }

    @Test
    void pullTakesNoPathThatLeavesItsFolder() {
        server.says(
                "/api/teams/blue/models/bot",
                200,
                "{\"team\":\"blue\",\"model\":\"bot\",\"versions\":[{\"version\":1,\"size\":2,\"files\":[{\"path\":\"../evil\","
                        + "\"size\":2,\"sha256\":\"x\"}]}]}");
        assertEquals(3, ingot("pull", "blue/bot", "--out", dir.resolve("out").toString()));
        assertTrue(recorded.err().contains("pull.bad-path"), recorded.err());
        assertFalse(Files.exists(dir.resolve("evil")));
    }

    @Test
    void nobodyThereIsAFailedDependency() {
        assertEquals(5, Main.run(recorded.terminal(), "models", "--url", "http://127.0.0.1:1"));
        assertTrue(recorded.err().contains("server.unreachable: nothing answers at 127.0.0.1:1."), recorded.err());
    }

    @Test
    void helpStartsWithWhatItDoesAndAnExample() {
        for (String command : new String[] {
            "merge",
            "explain",
            "dequantize",
            "cache",
            "validate",
            "demo",
            "up",
            "submit",
            "status",
            "report",
            "models",
            "pull",
            "verify",
            "rebuild"
        }) {
            RecordedTerminal help = RecordedTerminal.of(0);
            assertEquals(0, Main.run(help.terminal(), command, "--help"));
            String text = help.out();
            assertTrue(text.indexOf("  ingot " + command) < text.indexOf("Usage:"), text);
            assertTrue(text.contains("Exit codes:"), text);
            assertTrue(text.lines().allMatch(line -> line.length() <= 100), text);
        }
    }

    @Test
    void wrongUsageEndsWithTwoAndSaysWhereHelpIs() {
        assertEquals(2, Main.run(recorded.terminal(), "merge", "--out", "x"));
        assertTrue(recorded.err().contains("ingot merge --help"), recorded.err());
        assertEquals(
                2,
                Main.run(
                        recorded.terminal(), "merge", "--base", "a", "--adapter", "b", "--out", "c", "--threads", "0"));
    }
}
