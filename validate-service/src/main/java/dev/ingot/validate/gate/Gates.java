package dev.ingot.validate.gate;

import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.recompute.TensorCheck;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Holds findings against a policy. */
public final class Gates {
    /** A gate that is shown only where it is closed. */
    public static final String BASE = "base";

    static final String FIDELITY = "fidelity";

    private Gates() {}

    /** Every gate, those opened that a person answers for. */
    public static List<Gate> judge(
            Findings findings, GatePolicy policy, Optional<Incumbent> incumbent, List<GateOverride> overrides) {
        List<Gate> gates = judge(findings, policy);
        List<Perplexity> measured =
                findings.measurement().map(Measurement::perplexities).orElse(List.of());
        gates.addAll(new QualityGates(policy.quality(), measured, incumbent).gates());
        return Overrides.apply(gates, policy, overrides);
    }

    /** The gates on the merge, in the order in which they are shown. */
    public static List<Gate> judge(Findings findings, GatePolicy policy) {
        List<Gate> gates = new ArrayList<>();
        gates.add(structure(findings));
        gates.add(accounted(findings));
        findings.otherBase().ifPresent(other -> gates.add(base(other)));
        gates.add(new WeightGates(policy, findings.weights()).gate(findings.weightsNotChecked()));
        if (findings.measurement().isPresent()) {
            gates.addAll(
                    new FidelityGates(policy, findings, findings.measurement().get()).gates());
        } else {
            gates.add(notMeasured(findings));
            gates.add(finiteWeights(findings));
            gates.add(effectOfWeights(findings, policy));
        }
        return gates;
    }

    /** The first gate that keeps the checkpoint back, if one does. */
    public static Optional<Gate> closed(List<Gate> gates, GatePolicy policy) {
        return gates.stream()
                .filter(gate -> gate.state() == State.FAILED)
                .findFirst()
                .or(() -> policy.unmeasured() ? Optional.empty() : unmeasured(gates))
                .or(() -> policy.unmeasuredWeights() ? Optional.empty() : unmeasuredWeights(gates));
    }

    /** What was not measured: fidelity before all others, for it is what they stand in for. */
    public static Optional<Gate> unmeasured(List<Gate> gates) {
        return gates.stream()
                .filter(gate -> gate.state() == State.NOT_MEASURED)
                .max(Comparator.comparing(gate -> gate.name().equals(FIDELITY)));
    }

    private static Optional<Gate> unmeasuredWeights(List<Gate> gates) {
        return gates.stream()
                .filter(gate -> gate.name().equals(WeightGates.NAME) && gate.state() == State.NOT_MEASURED)
                .findFirst();
    }

    private static Gate base(OtherBase other) {
        return new Gate(
                BASE,
                "merged onto what training saw",
                other.measured(),
                "what training saw",
                State.FAILED,
                other.sentence());
    }

    private static Gate structure(Findings findings) {
        return faults(
                findings,
                "structure",
                "files, config and tensors as a consumer expects them",
                findings.structure(),
                findings.weights().isEmpty() ? "headers" : findings.weights().size() + " tensors");
    }

    private static Gate accounted(Findings findings) {
        return faults(
                findings,
                "accounted",
                "every adapter tensor used exactly once",
                findings.accounting(),
                "%s of %s"
                        .formatted(
                                NumberText.count(findings.adapterTensors()),
                                NumberText.count(findings.adapterTensors())));
    }

    private static Gate faults(Findings findings, String name, String question, List<String> faults, String measured) {
        if (!findings.examined()) {
            return new Gate(name, question, "", "no fault", State.NOT_MEASURED, findings.notMeasured());
        }
        boolean sound = faults.isEmpty();
        String more = faults.size() > 1 ? " (and %d more)".formatted(faults.size() - 1) : "";
        return new Gate(
                name,
                question,
                sound ? measured : NumberText.count(faults.size()) + (faults.size() == 1 ? " fault" : " faults"),
                "no fault",
                sound ? State.PASSED : State.FAILED,
                sound ? "" : faults.getFirst() + more);
    }

    private static Gate notMeasured(Findings findings) {
        return new Gate("fidelity", "mean KL, merged ‖ unmerged", "", "", State.NOT_MEASURED, findings.notMeasured());
    }

    private static Gate effectOfWeights(Findings findings, GatePolicy policy) {
        String question = "does the adapter change a weight?";
        if (!findings.weightsNotChecked().isEmpty()) {
            return new Gate(
                    EffectGate.NAME, question, "", EffectGate.ANY, State.NOT_MEASURED, findings.weightsNotChecked());
        }
        String changed = NumberText.count(findings.changed()) + " tensors";
        return EffectGate.fault(findings, policy, question)
                .orElseGet(() -> new Gate(EffectGate.NAME, question, changed, EffectGate.ANY, State.PASSED, ""));
    }

    private static Gate finiteWeights(Findings findings) {
        Optional<TensorCheck> wrong =
                findings.weights().stream().filter(check -> !check.finite()).findFirst();
        return new Gate(
                "finite",
                "every weight a number",
                wrong.isPresent() ? "not all" : "all that were compared",
                "all",
                wrong.isPresent() ? State.FAILED : findings.weights().isEmpty() ? State.NOT_MEASURED : State.PASSED,
                wrong.map(check -> check.tensor() + " has an infinite value or one that is no number")
                        .orElse(""));
    }
}
