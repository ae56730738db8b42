package dev.ingot.bench;

import dev.ingot.ingest.Planner;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.Sources;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** Plans of the demo run; the working folder is the repository's. */
final class DemoPlan {
    static final FileSets FOLDERS = Sources.anyFolder();

    private DemoPlan() {}

    static Plan of(String adapter) throws IOException {
        RunRequest request = new RunRequest(
                1,
                new RunRef("bench", "run"),
                "model",
                demo("base-nf4"),
                demo(adapter),
                TrainedOn.UNDECLARED,
                null,
                RunRequest.MergeBase.TRAINED,
                false,
                false,
                OutputDType.AUTO,
                TiePolicy.AUTO,
                ValidationLevel.OFF,
                RunRequest.DEFAULT_MAX_SHARD_BYTES,
                Map.of(),
                false,
                "bench",
                Instant.EPOCH);
        return new Planner().plan(request, FOLDERS.open(request.base()), FOLDERS.open(request.adapter()));
    }

    private static String demo(String folder) {
        return Path.of("demo", folder).toUri().toString();
    }
}
