package dev.ingot.standalone;

import dev.ingot.pipeline.request.GateOverride;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Gates that a person lets the checkpoint past. */
final class OverrideOptions {
    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(
            names = "--override",
            paramLabel = "GATE=REASON",
            description =
                    "Let the checkpoint out although this gate stays shut; report, model card and manifest say who did it, when and why."
                            + " Only for gates that the policy names as overridable. May be given for several gates.")
    Map<String, String> reasons = Map.of();

    @Option(names = "--override-by", paramLabel = "NAME", description = "The person who answers for --override.")
    String by;

    /** ParameterException where one of the two is missing. */
    List<GateOverride> asked() {
        if (reasons.isEmpty() != (by == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    by == null
                            ? "--override needs --override-by NAME: the person who answers for it"
                            : "--override-by names a person, but no --override GATE=REASON says for what");
        }
        try {
            Instant now = Instant.now();
            return reasons.entrySet().stream()
                    .map(gate -> new GateOverride(gate.getKey(), by, now, gate.getValue()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
