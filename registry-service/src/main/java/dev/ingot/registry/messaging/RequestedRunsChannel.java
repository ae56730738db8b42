package dev.ingot.registry.messaging;

import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event.RunRequested;
import dev.ingot.registry.RegistryConfig;
import dev.ingot.registry.run.RequestedRuns;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;

/** Sends run.requested, keyed by the run. */
@ApplicationScoped
public class RequestedRunsChannel implements RequestedRuns {
    private final Emitter<Record<String, byte[]>> emitter;
    private final long millis;

    RequestedRunsChannel(
            @Channel("registry-run-requested") Emitter<Record<String, byte[]>> emitter, RegistryConfig config) {
        this.emitter = emitter;
        this.millis = config.sendWithin().toMillis();
    }

    @Override
    public void send(RunRequested event) throws IOException {
        try {
            emitter.send(Record.of(event.run().toString(), Documents.writeEvent(event)))
                    .toCompletableFuture()
                    .get(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while sending run.requested of " + event.run());
        } catch (ExecutionException | TimeoutException | IllegalStateException e) {
            throw new IOException("run.requested of " + event.run() + " could not be handed to the broker", e);
        }
    }
}
