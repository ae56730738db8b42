package dev.ingot.validate.gate;

import dev.ingot.pipeline.report.FidelityIntervals;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.recompute.TensorCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Gates on what the models compute. Rounding to 16 bit is noise that a right merge cannot avoid, and with a small delta it may be as large as the
 * delta itself; so the limits grow with the share of the delta that rounding takes, which comes from the recomputed weights and not from what was
 * written.
 */
final class FidelityGates {
    /** How much more divergence the noise may make than a delta of its size does. */
    private static final double NOISE_DIVERGENCE = 4;

    /** Divergence that float32 arithmetic in another order makes. */
    private static final double ARITHMETIC = 1e-9;

    /** Logits closer than this are a tie. */
    private static final double TIE = 0.02;

    private static final double NOISE_DEVIATIONS = 4;

    private final GatePolicy policy;
    private final Findings findings;
    private final Measurement measurement;
    private final Fidelity fidelity;
    private final double noise;

    FidelityGates(GatePolicy policy, Findings findings, Measurement measurement) {
        this.policy = policy;
        this.findings = findings;
        this.measurement = measurement;
        this.fidelity = measurement.fidelity();
        this.noise = NOISE_DIVERGENCE * findings.lostShare() * findings.lostShare() * fidelity.effectKl();
    }

    List<Gate> gates() {
        List<Gate> gates = new ArrayList<>(List.of(priced(fidelity()), priced(agreement()), effect(), finite()));
        measurement.perplexities().forEach(set -> gates.add(perplexity(set)));
        return gates;
    }

    private Gate fidelity() {
        double limit = Math.min(policy.meanKl(), policy.shareOfEffect() * fidelity.effectKl()) + noise + ARITHMETIC;
        return Certainty.of(intervals().meanKl())
                .at(
                        limit,
                        NumberText::magnitude,
                        new Gate(
                                Gates.FIDELITY,
                                "mean KL, merged ‖ unmerged, %s tokens".formatted(NumberText.count(fidelity.tokens())),
                                NumberText.magnitude(fidelity.meanKl()),
                                "≤ " + NumberText.magnitude(limit),
                                fidelity.meanKl() <= limit ? State.PASSED : State.FAILED,
                                "the adapter itself makes %s".formatted(NumberText.magnitude(fidelity.effectKl()))));
    }

    /** Noise may be amplified, where a small difference sends a token to another expert say; a checkpoint that is proved value by value is not refused for it. */
    private Gate priced(Gate gate) {
        if (gate.state() != State.FAILED || !findings.isExact()) {
            return gate;
        }
        String why =
                "over the limit, and every value of every tensor is base + adapter, rounded once: this is what rounding to %s costs; float32 would keep it"
                        .formatted(findings.roundedTo());
        return new Gate(gate.name(), gate.question(), gate.measured(), gate.limit(), State.INFORMATION, why);
    }

    private FidelityIntervals intervals() {
        return Objects.requireNonNull(fidelity.intervals());
    }

    /** One token may always differ: of 64, that is more than a share of 0.99 allows. */
    private Gate agreement() {
        double margin = TIE + NOISE_DEVIATIONS * Math.sqrt(2 * noise);
        long different = measurement.disagreements(margin);
        double allowed = Math.max(1, (1 - policy.agreement()) * fidelity.tokens());
        double share = 1 - (double) different / fidelity.tokens();
        Gate gate = new Gate(
                "agreement",
                "same token first as unmerged, ties aside",
                NumberText.percent(share),
                "≥ " + NumberText.percent(policy.agreement()),
                different <= allowed ? State.PASSED : State.FAILED,
                "%s with ties; tokens within %s logits count as one"
                        .formatted(NumberText.percent(fidelity.agreement()), NumberText.magnitude(margin)));
        return Certainty.of(measurement.agreement(margin))
                .at(1 - allowed / fidelity.tokens(), NumberText::percent, gate);
    }

    private Gate effect() {
        String question = "mean KL, merged ‖ base: does the adapter still do something?";
        return EffectGate.fault(findings, policy, question).orElseGet(() -> kept(question));
    }

    private Gate kept(String question) {
        double least = policy.keptEffect() * Math.max(0, fidelity.effectKl() - noise);
        boolean kept = fidelity.mergedEffectKl() >= least;
        return Certainty.of(intervals().mergedEffectKl())
                .at(
                        least,
                        NumberText::magnitude,
                        new Gate(
                                EffectGate.NAME,
                                question,
                                NumberText.magnitude(fidelity.mergedEffectKl()),
                                "≥ " + NumberText.magnitude(least),
                                kept ? State.PASSED : State.FAILED,
                                "unmerged it is %s".formatted(NumberText.magnitude(fidelity.effectKl()))));
    }

    private Gate finite() {
        Optional<String> weight = findings.weights().stream()
                .filter(check -> !check.finite())
                .map(TensorCheck::tensor)
                .findFirst();
        boolean finite = measurement.finite() && weight.isEmpty();
        return new Gate(
                "finite",
                "every figure a number",
                finite ? "all" : "not all",
                "all",
                finite ? State.PASSED : State.FAILED,
                finite
                        ? ""
                        : weight.map(tensor -> tensor + " has an infinite value or one that is no number")
                                .orElse("a loss or divergence is infinite or no number"));
    }

    private static Gate perplexity(Perplexity set) {
        double change = Math.rint(1e4 * (set.merged() / set.base() - 1)) / 1e4;
        return new Gate(
                set.set() + " text",
                "perplexity against the base",
                (change > 0 ? "+" : "") + NumberText.percent(change + 0.0),
                "not set",
                State.INFORMATION,
                "%s → %s".formatted(NumberText.perplexity(set.base()), NumberText.perplexity(set.merged())));
    }
}
