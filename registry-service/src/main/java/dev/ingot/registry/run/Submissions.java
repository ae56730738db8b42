package dev.ingot.registry.run;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.event.Event.RunRequested;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.RunFiles;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Takes runs: the request is written once, then run.requested goes out. Sending the same run again with the same content sends the event again
 * and changes nothing, so a hook may retry until it has an answer.
 */
@ApplicationScoped
public class Submissions {
    private static final Logger LOG = Logger.getLogger(Submissions.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int LONGEST_PREFIX = 40;

    private final RunFiles files;
    private final RunListings listings;
    private final RequestedRuns requestedRuns;
    private final NamedBase named;
    private final Clock clock;

    public Submissions(
            ObjectStore store, RunListings listings, RequestedRuns requestedRuns, NamedBase named, Clock clock) {
        this.files = new RunFiles(store);
        this.listings = listings;
        this.requestedRuns = requestedRuns;
        this.named = named;
        this.clock = clock;
    }

    /**
     * A run that was taken.
     *
     * @param isNew false when the same request stood there before
     */
    public record Taken(RunRef run, boolean isNew) {}

    /**
     * Takes a run.
     *
     * @param json a {@link Submission}
     * @throws RefusedInput what was sent cannot be a run; {@code request.conflict} when another run has that name
     * @throws IOException store or broker failed; sending again is safe if the request names its run
     */
    public Taken submit(String team, byte[] json) throws IOException {
        Submission sent = SubmissionReader.read(json);
        Instant now = clock.instant();
        RunRef run = name(team, sent, now);
        RunRequest request = SubmissionCheck.request(run, sent, named, now);
        RunRequest stands = files.createOrRead(new RunKeys(run).request(), request, RunRequest.class);
        boolean isNew = stands.equals(request);
        if (!isNew && !same(stands, request)) {
            throw new RefusedInput(
                    "request.conflict",
                    "Run " + run + " was handed in at " + stands.submittedAt() + " with another content.",
                    "Give this run another name, or leave the name out.");
        }
        listings.forget(run);
        if (isNew || files.verdict(run).isEmpty()) {
            requestedRuns.send(new RunRequested(EventHeader.now(run, clock)));
        }
        LOG.infof("run taken: run=%s new=%s", run, isNew);
        return new Taken(run, isNew);
    }

    private static RunRef name(String team, Submission sent, Instant now) {
        String made = sent.run().orElseGet(() -> invented(sent.model(), now));
        try {
            return new RunRef(team, made);
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    "request.bad-name",
                    "Team and run have to be names that a path can hold: " + e.getMessage() + ".",
                    "Rename it.",
                    e);
        }
    }

    private static String invented(String model, Instant now) {
        String prefix = model.length() <= LONGEST_PREFIX ? model : model.substring(0, LONGEST_PREFIX);
        return prefix + "-" + STAMP.format(now) + "-"
                + UUID.randomUUID().toString().substring(0, 4);
    }

    /** Whether two requests ask for the same; who sent them and when does not count. */
    private static boolean same(RunRequest one, RunRequest other) {
        return dated(one).equals(dated(other));
    }

    private static RunRequest dated(RunRequest request) {
        return request.toBuilder()
                .overrides(request.overridden().stream()
                        .map(each -> each.at(Instant.EPOCH))
                        .toList())
                .submitted("", Instant.EPOCH)
                .build();
    }
}
