package dev.ingot.registry.run;

import dev.ingot.pipeline.event.Event.RunRequested;
import java.io.IOException;

/** The way out for run.requested. */
public interface RequestedRuns {
    /** Returns once the event is with the broker; IOException when it could not be handed over. */
    void send(RunRequested event) throws IOException;
}
