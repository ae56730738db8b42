package dev.ingot.bench;

import dev.ingot.ingest.Planner;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.Sources;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** Plans of the demo run; the working folder is the repository's. */
final class DemoPlan {
    static final FileSets FOLDERS = Sources.anyFolder();

    private DemoPlan() {}

    static Plan of(String adapter) throws IOException {
        RunRequest request = RunRequest.builder(new RunRef("bench", "run"), "model", demo("base-nf4"))
                .adapter(demo(adapter))
                .validate(ValidationLevel.OFF)
                .submitted("bench", Instant.EPOCH)
                .build();
        return new Planner().plan(request, FOLDERS.open(request.base()), FOLDERS.open(request.adapter()));
    }

    private static String demo(String folder) {
        return Path.of("demo", folder).toUri().toString();
    }
}
