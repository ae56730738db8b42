package dev.ingot.registry.messaging;

import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.codec.UnreadableDocument;
import dev.ingot.pipeline.event.Event;
import dev.ingot.registry.run.LiveProgress;
import dev.ingot.registry.run.RunListings;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** Hears what every stage broadcasts. Each instance of the registry hears everything; what it missed stands in the store. */
@ApplicationScoped
public class Broadcasts {
    private static final Logger LOG = Logger.getLogger(Broadcasts.class);

    private final RunListings listings;
    private final LiveProgress live;

    Broadcasts(RunListings listings, LiveProgress live) {
        this.listings = listings;
        this.live = live;
    }

    @Incoming("registry-run-progress")
    @Incoming("registry-model-published")
    @Incoming("registry-run-rejected")
    void take(byte[] json) {
        try {
            if (Documents.readEvent(json, "a broadcast") instanceof Event.Broadcast event) {
                listings.heard(event);
                live.take(event);
            } else {
                LOG.errorf("work arrived on a broadcast topic: bytes=%d", json.length);
            }
        } catch (UnreadableDocument e) {
            // Stopping here would deafen the registry for good; the store still has whatever this said.
            LOG.errorf("broadcast not readable: bytes=%d reason=%s", json.length, e.getMessage());
        }
    }
}
