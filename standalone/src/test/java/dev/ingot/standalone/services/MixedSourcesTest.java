package dev.ingot.standalone.services;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.s3.S3Access;
import dev.ingot.pipeline.store.s3.S3Client;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line on a folder, a real S3 server and a hub at once; each process is started with the variables that services have. */
@Timeout(180)
class MixedSourcesTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();
    private static final String KEY = "ingot";
    private static final String SECRET = "ingot-secret";

    @TempDir
    Path dir;

    private S3Server s3;
    private FolderHub hub;
    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void start() throws IOException, InterruptedException {
        s3 = S3Server.start(dir, "runs", KEY, SECRET);
        hub = new FolderHub(DEMO);
        try (S3Client client = S3Client.connect(S3Access.of(s3.endpoint(), s3.region(), KEY, SECRET))) {
            ObjectStore bucket = client.store("runs", "");
            upload("jargon-lora", "42/out/checkpoint-9/", bucket);
            upload("jargon-lora-ends", "42/out/checkpoint-10/", bucket);
            upload("base-nf4", "base/", bucket);
        }
        variables.put("INGOT_STORE_S3_ENDPOINT", s3.endpoint());
        variables.put("INGOT_STORE_S3_REGION", s3.region());
        variables.put("INGOT_STORE_S3_ACCESS_KEY", KEY);
        variables.put("INGOT_STORE_S3_SECRET_KEY", SECRET);
        variables.put("HF_ENDPOINT", hub.endpoint());
        variables.put("INGOT_HUB_CACHE", dir.resolve("cache").toString());
    }

    @AfterEach
    void stop() throws InterruptedException {
        hub.close();
        s3.close();
    }

    private static void upload(String demo, String prefix, ObjectStore bucket) throws IOException {
        try (Stream<Path> files = Files.list(DEMO.resolve(demo))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertTrue(bucket.createOnce(prefix + file.getFileName(), Files.readAllBytes(file)));
            }
        }
    }

    private int ingot(String... args) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-cp",
                Child.classPath(),
                "dev.ingot.standalone.Main"));
        words.addAll(Arrays.asList(args));
        Files.deleteIfExists(said());
        try (Child child = Child.java("ingot", said(), variables, words)) {
            return child.awaitEnd(Duration.ofSeconds(120));
        }
    }

    private Path said() {
        return dir.resolve("said.log");
    }

    private byte[] merged(String out, String... where) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("merge", "--validate", "structure"));
        words.addAll(List.of("--out", dir.resolve(out).toString()));
        words.addAll(Arrays.asList(where));
        assertEquals(0, ingot(words.toArray(String[]::new)), () -> text());
        return Files.readAllBytes(dir.resolve(out).resolve("model.safetensors"));
    }

    private String text() {
        try {
            return Files.readString(said());
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void aBaseOnAHubTakesAdaptersFromABucketAndAFolder() throws Exception {
        String folder = DEMO.resolve("jargon-lora").toString();
        byte[] here = merged(
                "here",
                "--base",
                DEMO.resolve("base-nf4").toString(),
                "--adapter",
                folder,
                "--adapter",
                folder + ":0.5");
        byte[] mixed = merged(
                "mixed",
                "--base",
                "hf://demo/base-nf4",
                "--adapter",
                "s3://runs/42/out#checkpoint-9",
                "--adapter",
                folder + ":0.5");
        assertArrayEquals(here, mixed);
    }

    /** validate takes what merge takes: a base in a bucket or on a hub, a trainer's checkpoint, a named folder of an adapter. */
    @Test
    void validateTakesTheSamePlaces() throws Exception {
        merged("out", "--base", "s3://runs/base", "--adapter", "s3://runs/42/out", "--checkpoint", "9");
        String out = dir.resolve("out").toString();
        for (List<String> where : List.of(
                List.of("--base", "s3://runs/base", "--adapter", "s3://runs/42/out", "--checkpoint", "9"),
                List.of("--base", "hf://demo/base-nf4", "--adapter", "s3://runs/42/out#checkpoint-9"))) {
            List<String> words = new ArrayList<>(List.of("validate", "--smoke", "--merged", out));
            words.addAll(where);
            assertEquals(0, ingot(words.toArray(String[]::new)), this::text);
        }
        int other = ingot(
                "validate",
                "--smoke",
                "--merged",
                out,
                "--base",
                "s3://runs/base",
                "--adapter",
                "s3://runs/42/out#checkpoint-10");
        assertEquals(4, other, this::text);
    }

    @Test
    void aBaseInABucketTakesAnAdapterFromAHubAndATrainersCheckpointIsChosenInABucket() throws Exception {
        byte[] here = merged(
                "here",
                "--base",
                DEMO.resolve("base-nf4").toString(),
                "--adapter",
                DEMO.resolve("jargon-lora").toString());
        assertArrayEquals(here, merged("hub", "--base", "s3://runs/base", "--adapter", "hf://demo/jargon-lora"));
        assertArrayEquals(
                here,
                merged("bucket", "--base", "s3://runs/base", "--adapter", "s3://runs/42/out", "--checkpoint", "9"));
    }

    @Test
    void dequantizeReadsABaseFromABucketOrAHub() throws Exception {
        for (String base : List.of(DEMO.resolve("base-nf4").toString(), "s3://runs/base", "hf://demo/base-nf4")) {
            String out = base.replaceAll("\\W", "");
            assertEquals(
                    0, ingot("dequantize", "--base", base, "--out", dir.resolve(out).toString()), this::text);
        }
        byte[] here = Files.readAllBytes(
                dir.resolve(DEMO.resolve("base-nf4").toString().replaceAll("\\W", "")).resolve("model.safetensors"));
        assertArrayEquals(here, Files.readAllBytes(dir.resolve("s3runsbase").resolve("model.safetensors")));
        assertArrayEquals(here, Files.readAllBytes(dir.resolve("hfdemobasenf4").resolve("model.safetensors")));
    }

    /** Found in Hugging Face's cache by the name that stands in an adapter in a bucket; without it, the refusal says where it can be had. */
    @Test
    void theBaseThatAnAdapterInABucketNamesIsTakenFromTheCache() throws Exception {
        Path adapter = DEMO.resolve("jargon-lora");
        String config = Files.readString(adapter.resolve("adapter_config.json")).replace("\"base-nf4\"", "\"demo/base-nf4\"");
        try (S3Client client = S3Client.connect(S3Access.of(s3.endpoint(), s3.region(), KEY, SECRET))) {
            ObjectStore bucket = client.store("runs", "");
            bucket.createOnce("43/adapter_config.json", config.getBytes(StandardCharsets.UTF_8));
            bucket.createOnce(
                    "43/adapter_model.safetensors",
                    Files.readAllBytes(adapter.resolve("adapter_model.safetensors")));
        }
        Path models = dir.resolve("hf/hub/models--demo--base-nf4");
        variables.put("HF_HOME", dir.resolve("hf").toString());
        assertEquals(3, ingot("merge", "--adapter", "s3://runs/43", "--out", dir.resolve("no").toString()), this::text);
        assertTrue(text().replaceAll("\\s+", " ").contains("hf://demo/base-nf4@main"), text());

        String commit = "0".repeat(40);
        Files.createDirectories(models.resolve("snapshots"));
        Files.createDirectories(models.resolve("refs"));
        Files.writeString(models.resolve("refs/main"), commit);
        copy(DEMO.resolve("base-nf4"), models.resolve("snapshots").resolve(commit));
        byte[] here = merged(
                "here", "--base", DEMO.resolve("base-nf4").toString(), "--adapter", adapter.toString());
        assertArrayEquals(here, merged("named", "--adapter", "s3://runs/43"));
        assertTrue(text().contains("as the adapter names it"), text());
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    @Test
    void explainReadsThemToo() throws Exception {
        assertEquals(
                0,
                ingot("explain", "--base", "hf://demo/base-nf4", "--adapter", "s3://runs/42/out", "--checkpoint", "9"),
                this::text);
        assertTrue(text().contains("MERGED") || text().contains("merged"), text());
    }

    @Test
    void withoutAChoiceOrKeysTheRefusalSaysWhatToType() throws Exception {
        assertEquals(
                3,
                ingot(
                        "merge",
                        "--base",
                        "s3://runs/base",
                        "--adapter",
                        "s3://runs/42/out",
                        "--out",
                        dir.resolve("no").toString()));
        assertTrue(text().replaceAll("\\s+", " ").contains("checkpoint-9, checkpoint-10"), text());
        variables.put("INGOT_STORE_S3_ENDPOINT", "http://127.0.0.1:1");
        assertEquals(
                5,
                ingot("explain", "--base", "s3://runs/base", "--adapter", "s3://runs/42/out#checkpoint-9"),
                this::text);
        assertTrue(text().contains("could not list"), text());
        variables.keySet().removeIf(name -> name.startsWith("INGOT_STORE"));
        variables.put("AWS_ACCESS_KEY_ID", "");
        assertEquals(
                3,
                ingot(
                        "merge",
                        "--base",
                        "s3://runs/base",
                        "--adapter",
                        "s3://runs/42/out",
                        "--out",
                        dir.resolve("no").toString()));
        assertTrue(text().contains("source.no-keys") && text().contains("INGOT_STORE_S3_ENDPOINT"), text());
        assertTrue(Files.notExists(dir.resolve("no")));
    }
}
