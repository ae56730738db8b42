package dev.ingot.validate.gate;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.pipeline.request.GateOverride;
import java.util.List;

/** Gates that persons let a checkpoint past. */
public final class Overrides {
    private Overrides() {}

    /** RefusedInput {@code override.*} for a gate that there is not, or that the policy lets nobody override. */
    public static void require(List<GateOverride> overrides, GatePolicy policy) {
        for (GateOverride override : overrides) {
            if (!GateName.ids().contains(override.gate())) {
                throw new RefusedInput(
                        "override.unknown-gate",
                        "%s overrides the gate '%s'; expected one of %s."
                                .formatted(override.by(), override.gate(), String.join(", ", GateName.ids())),
                        "name the gate as the report does");
            }
            if (!policy.overridable().contains(override.gate())) {
                throw new RefusedInput(
                        "override.not-allowed",
                        "%s overrides the gate '%s', and the policy lets nobody do that; it names %s."
                                .formatted(
                                        override.by(),
                                        override.gate(),
                                        String.join(
                                                ", ",
                                                policy.overridable().stream()
                                                        .sorted()
                                                        .toList())),
                        "correct what the gate found; or add it to 'overridable' in the team's policy, and the report says first that it was let past");
            }
        }
    }

    /** The gates, those opened that would keep the checkpoint back and that a person answers for. */
    static List<Gate> apply(List<Gate> gates, GatePolicy policy, List<GateOverride> overrides) {
        return gates.stream()
                .map(gate -> overrides.stream()
                        .filter(override -> override.gate().equals(gate.name()) && isShut(gate, policy))
                        .findFirst()
                        .map(gate::overriddenBy)
                        .orElse(gate))
                .toList();
    }

    private static boolean isShut(Gate gate, GatePolicy policy) {
        boolean mayBeUnmeasured =
                gate.name().equals(WeightGates.NAME) ? policy.unmeasuredWeights() : policy.unmeasured();
        return gate.state() == State.FAILED || gate.state() == State.NOT_MEASURED && !mayBeUnmeasured;
    }
}
