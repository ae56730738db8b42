package dev.ingot.standalone.local;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.pipeline.report.Report.RoundingLoss;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reports as small as they can be. */
final class Reports {
    private Reports() {}

    static Report rejected() {
        return new Report(
                1,
                new RunRef("local", "20260101-000000-abcd"),
                "model",
                "LoRA on base",
                Instant.EPOCH,
                "The adapter changes nothing.",
                false,
                "",
                List.of(),
                List.of(),
                Optional.empty(),
                "",
                new TyingDecision(false, false, "", "", "", List.of()),
                new BaseStatement(BaseStatement.Kind.STORED, true, ""),
                List.of(),
                Map.of(),
                Map.of(),
                0,
                Report.Accounting.NONE,
                new RoundingLoss(0, ""),
                List.of(),
                List.of(),
                List.of(),
                new Provenance("", "", "", "", "", ""),
                List.of());
    }
}
