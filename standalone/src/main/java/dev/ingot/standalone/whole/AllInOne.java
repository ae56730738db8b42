package dev.ingot.standalone.whole;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.event.kafka.KafkaEvents;
import dev.ingot.pipeline.event.kafka.KafkaSettings;
import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import dev.ingot.standalone.Trees;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** Broker, services and store in this process, for as long as an application runs in their midst. */
public final class AllInOne {
    private static final int PATIENCE_SECONDS = 30;
    private static final String DEMO_MARK = "demo.txt";

    private AllInOne() {}

    /**
     * Starts everything, runs the application, stops everything, and gives the application's exit code.
     *
     * @throws RefusedInput when the port or the data folder is taken
     */
    public static int run(Installation installation, Class<? extends QuarkusApplication> application)
            throws IOException {
        requireFree(installation.host(), installation.port());
        Files.createDirectories(installation.data());
        CountDownLatch stopped = new CountDownLatch(1);
        // On SIGTERM the JVM would be gone before the broker has left in order, and the next start would wait for its
        // old session.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stopped), "wait-for-broker"));
        try (FileChannel lock = FileChannel.open(
                        installation.data().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock own = lock.tryLock()) {
            if (own == null) {
                throw new RefusedInput(
                        "data.in-use",
                        "another Ingot works on " + installation.data() + ".",
                        "stop it, or name another --data");
            }
            if (installation.fresh()) {
                clear(installation);
            }
            return withBroker(installation, application);
        } finally {
            stopped.countDown();
        }
    }

    /** Removes what a demo left, and never anything else. */
    private static void clear(Installation installation) throws IOException {
        Path mark = installation.data().resolve(DEMO_MARK);
        if (!Files.exists(mark) && Files.exists(installation.store())) {
            throw new RefusedInput(
                    "data.not-a-demo",
                    installation.data() + " holds an installation that no demo made; a demo starts with an empty one.",
                    "name another --data");
        }
        for (Path old :
                List.of(installation.store(), installation.kafka(), installation.models(), installation.log())) {
            Trees.delete(old);
        }
        Files.writeString(mark, "made by 'ingot demo', which empties this folder when it starts\n");
    }

    private static int withBroker(Installation installation, Class<? extends QuarkusApplication> application)
            throws IOException {
        // Until Quarkus starts and its application.yaml says the same.
        Logger.getLogger("org.apache.kafka").setLevel(Level.SEVERE);
        Logger.getLogger("kafka").setLevel(Level.SEVERE);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(installation.kafka())) {
            // The channels of the registry listen as soon as Quarkus starts: the topics are there before.
            KafkaEvents.connect(KafkaSettings.of(kafka.bootstrapServers())).close();
            settings(installation, kafka).forEach(System::setProperty);
            AtomicInteger exit = new AtomicInteger();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Quarkus.run(application, (code, failed) -> {
                exit.set(code);
                failure.set(failed);
            });
            if (failure.get() != null) {
                throw new IllegalStateException("the services ended with an error", failure.get());
            }
            return exit.get();
        }
    }

    private static Map<String, String> settings(Installation installation, EmbeddedKafka kafka) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("quarkus.http.host", installation.host());
        settings.put("quarkus.http.port", Integer.toString(installation.port()));
        settings.put("ingot.store.kind", "folder");
        settings.put("ingot.store.folder", installation.store().toString());
        settings.put("ingot.sources.allowed", list(installation.allowed()));
        settings.put("ingot.work.worker", "all-in-one");
        settings.put("quarkus.log.console.level", installation.quiet() ? "WARN" : "INFO");
        settings.put("quarkus.log.file.enabled", "true");
        settings.put("quarkus.log.file.path", installation.log().toString());
        // what the user set wins
        settings.keySet().removeIf(name -> System.getProperty(name) != null);
        return settings;
    }

    private static String list(List<Path> paths) {
        return paths.stream()
                .map(path -> path.toString().replace("\\", "\\\\").replace(",", "\\,"))
                .collect(Collectors.joining(","));
    }

    private static void requireFree(String host, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (java.net.BindException taken) {
            throw new RefusedInput(
                    "port.in-use",
                    "port " + port + " of " + host + " is taken by another process.",
                    "stop it, or name another --port",
                    taken);
        }
    }

    private static void await(CountDownLatch stopped) {
        try {
            if (!stopped.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("the broker did not stop in time; its next start takes a few seconds longer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
