package dev.ingot.standalone.services;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.s3.S3Access;
import dev.ingot.pipeline.store.s3.S3Client;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What docker-compose.yml starts, as processes on this machine: broker, S3 server and the five packaged services, each with the environment
 * that compose gives it. Only the addresses are of this machine.
 */
final class Installation implements AutoCloseable {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Duration START = Duration.ofSeconds(90);

    private final Path folder;
    private final ComposeFile compose;
    private final Child broker;
    private final S3Server s3;
    private final S3Client client;
    private final ObjectStore store;
    private final Map<String, String> addresses;
    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, Child> services = new HashMap<>();

    /** Starts broker and store; the services are started one by one. */
    Installation(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        compose = ComposeFile.read(ROOT.resolve("docker-compose.yml"));
        ComposeFile.INGOT.forEach(Installation::requirePackaged);
        Map<String, String> environment = compose.environment("ingest");
        String bucket = environment.get("INGOT_STORE_S3_BUCKET");
        String key = environment.get("INGOT_STORE_S3_ACCESS_KEY");
        String secret = environment.get("INGOT_STORE_S3_SECRET_KEY");
        int port = EmbeddedKafka.freePort();
        broker = startBroker(folder, port);
        s3 = S3Server.start(folder, bucket, key, secret);
        client = S3Client.connect(S3Access.of(s3.endpoint(), s3.region(), key, secret));
        store = client.store(bucket, "");
        addresses = Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + port,
                "INGOT_STORE_S3_ENDPOINT", s3.endpoint(),
                "INGOT_STORE_S3_REGION", s3.region(),
                "INGOT_SOURCES_ALLOWED", ROOT.resolve("demo").toString());
        broker.awaitPort(port, START);
    }

    /** The bucket, as the services see it. */
    ObjectStore store() {
        return store;
    }

    /** Starts a service; on the port that it had, if it is not its first start. */
    void start(String service) throws IOException {
        start(service, null);
    }

    /** Starts a service that dies at a crash point, as of a kill -9; null for none. */
    void start(String service, @Nullable String crashAt) throws IOException {
        Map<String, String> environment = new HashMap<>(compose.environment(service));
        environment.putAll(addresses);
        int port = ports.computeIfAbsent(service, _ -> EmbeddedKafka.freePort());
        environment.put("QUARKUS_HTTP_PORT", String.valueOf(port));
        if (crashAt != null) {
            environment.put("INGOT_CRASH_AT", crashAt);
        }
        List<String> arguments = List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dai.djl.offline=true",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // ten starts on few cores
                "-jar",
                runner(service).toString());
        services.put(service, Child.java(service, folder.resolve(service + ".log"), environment, arguments));
    }

    /** Returns when the service says that it is ready. */
    void awaitReady(String service) throws IOException, InterruptedException {
        process(service).awaitAnswer(address(service, "/q/health/ready"), START);
    }

    /** {@code kill -9}; nothing where it does not run. */
    void kill(String service) throws InterruptedException {
        Child running = services.get(service);
        if (running != null) {
            running.kill();
        }
    }

    boolean runs(String service) {
        Child process = services.get(service);
        return process != null && process.isAlive();
    }

    /** Where every log is, for a message. */
    String logs() {
        return services.keySet() + " log into " + folder;
    }

    Child process(String service) {
        return requireNonNull(services.get(service), service);
    }

    URI address(String service, String path) {
        return URI.create("http://127.0.0.1:" + ports.get(service) + path);
    }

    private static Child startBroker(Path folder, int port) throws IOException {
        List<String> arguments = List.of(
                "-Xmx256m",
                "-cp",
                Child.classPath(),
                BrokerMain.class.getName(),
                folder.resolve("kafka").toString(),
                String.valueOf(port));
        return Child.java("broker", folder.resolve("broker.log"), Map.of(), arguments);
    }

    private static Path runner(String service) {
        return ROOT.resolve(service + "-service/target/quarkus-app/quarkus-run.jar");
    }

    private static void requirePackaged(String service) {
        if (!Files.exists(runner(service))) {
            String cure = runner(service) + " is not there: './ingot test' packages it, 'mvnw test' does not";
            if ("1".equals(System.getenv("INGOT_CI"))) {
                throw new AssertionError(cure);
            }
            abort(cure);
        }
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
        for (Child service : services.values()) {
            service.close();
        }
        s3.close();
        broker.close();
    }
}
