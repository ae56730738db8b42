package dev.ingot.validate.gate;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import java.util.Optional;

/** The ways in which a merge that is right has no effect all the same: the adapter has none, or rounding took it. */
public final class EffectGate {
    public static final String NAME = "effect";

    /** Limit of an adapter that changes nothing; no other gate of this name has it. */
    public static final String ANY = "> 0";

    private static final String LEFT = " is left";

    private EffectGate() {}

    /** Whether a gate was closed because rounding took the adapter's effect. */
    public static boolean isRounding(Gate gate) {
        return gate.name().equals(NAME) && gate.limit().endsWith(LEFT);
    }

    /** Whether a gate was closed because the adapter changes nothing. */
    public static boolean isVoid(Gate gate) {
        return gate.name().equals(NAME) && gate.limit().equals(ANY);
    }

    /** The closed gate, where there is no effect for one of these reasons. */
    static Optional<Gate> fault(Findings findings, GatePolicy policy, String question) {
        boolean unchanged = !findings.weights().isEmpty() && findings.changed() == 0;
        boolean unmoved = findings.measurement()
                .filter(measurement -> measurement.fidelity().effectKl() <= 0)
                .isPresent();
        if (unchanged || unmoved) {
            String why =
                    "the adapter changes nothing: it is untrained, or the tensors that were trained were not saved";
            return Optional.of(new Gate(NAME, question, "0", ANY, State.FAILED, why));
        }
        double left = 1 - findings.takenShare();
        if (left > policy.leastEffect()) {
            return Optional.empty();
        }
        String limit = "> " + NumberText.percent(policy.leastEffect()) + LEFT;
        String why = "rounding to %s took %s of the adapter's effect"
                .formatted(findings.roundedTo(), NumberText.percent(findings.takenShare()));
        return Optional.of(new Gate(NAME, question, NumberText.percent(left), limit, State.FAILED, why));
    }
}
