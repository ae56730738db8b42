package dev.ingot.standalone.services;

import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A broker as a process: {@code BrokerMain FOLDER PORT}. Runs until it is killed. */
final class BrokerMain {
    private BrokerMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (EmbeddedKafka broker =
                EmbeddedKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Map.of())) {
            System.out.println("broker on " + broker.bootstrapServers());
            new CountDownLatch(1).await();
        }
    }
}
