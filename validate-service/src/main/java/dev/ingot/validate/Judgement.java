package dev.ingot.validate;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.AppliedPolicy;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Accounting;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.RoundingLoss;
import dev.ingot.pipeline.report.Report.TensorFigure;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.gate.GateName;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Gates;
import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.policy.TeamPolicy;
import dev.ingot.validate.recompute.TensorCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Findings held against a policy, and what a person reads of it.
 *
 * @param gates in the order in which they are shown
 * @param closed the gate that keeps the checkpoint back, if one does
 * @param ours whether Ingot merged it; false for what any tool made
 * @param basis what the gates were held against
 */
public record Judgement(
        Plan plan, Findings findings, List<Gate> gates, Optional<Gate> closed, boolean ours, Basis basis) {
    /** Share of the adapter's effect above which another dtype is recommended. */
    private static final double DEAR = 0.05;

    /** Share above which the price is the first thing to say. */
    private static final double TOO_DEAR = 0.5;

    public Judgement {
        gates = List.copyOf(gates);
    }

    /**
     * What a checkpoint is held against.
     *
     * @param applied for the report
     * @param incumbent where the policy asks for it and there is one
     */
    record Basis(
            GatePolicy policy, AppliedPolicy applied, Optional<Incumbent> incumbent, List<GateOverride> overrides) {
        Basis {
            overrides = List.copyOf(overrides);
        }
    }

    public static Judgement of(Plan plan, Findings findings, GatePolicy policy) {
        AppliedPolicy applied = TeamPolicy.of(policy).applied();
        return of(plan, findings, true, new Basis(policy, applied, Optional.empty(), List.of()));
    }

    static Judgement of(Plan plan, Findings findings, boolean ours, Basis basis) {
        List<Gate> gates = Gates.judge(findings, basis.policy(), basis.incumbent(), basis.overrides());
        return new Judgement(plan, findings, gates, Gates.closed(gates, basis.policy()), ours, basis);
    }

    /** The sentence that a person would say first. */
    public String verdict() {
        if (closed.isPresent()) {
            return Refusal.of(closed.get()).sentence();
        }
        String sentence = letPast()
                .map(past -> past + (isOfQuality() ? " " + delivery() : ""))
                .orElseGet(this::delivery);
        return plan.base().known() ? sentence : sentence + " " + plan.base().sentence();
    }

    /** What a person let past: it comes first, and nothing that a gate denied is claimed behind it. */
    private Optional<String> letPast() {
        List<Gate> past = overridden();
        return past.isEmpty()
                ? Optional.empty()
                : Optional.of(past.stream().map(Judgement::letPast).collect(Collectors.joining(" ")));
    }

    private static String letPast(Gate gate) {
        GateOverride person = Objects.requireNonNull(gate.override());
        String warning = GateName.isOfTheMerge(gate.name()) ? " It may not be the trained model." : "";
        String found = gate.measured().isEmpty()
                ? "was not measured"
                : "measured %s where %s is the limit".formatted(gate.measured(), gate.limit());
        return "Let past gate %s, which %s, by %s: %s.%s"
                .formatted(gate.name(), found, person.by(), person.reason().replaceFirst("[.!]+$", ""), warning);
    }

    private List<Gate> overridden() {
        return gates.stream().filter(gate -> gate.override() != null).toList();
    }

    private boolean isOfQuality() {
        return overridden().stream().allMatch(gate -> GateName.isOfQuality(gate.name()));
    }

    private String delivery() {
        if (findings.takenShare() > TOO_DEAR) {
            return "Merged right, but rounding to %s took %s of the adapter's effect; use --dtype %s."
                    .formatted(findings.roundedTo(), NumberText.percent(findings.takenShare()), betterDType());
        }
        if (findings.measurement().isPresent()) {
            Report.Fidelity fidelity = findings.measurement().get().fidelity();
            String what = plan.base().known() ? "the trained model" : "this base with this adapter";
            return "The merged checkpoint is %s, in %s: it puts the same token first %s of the time, on %s tokens."
                    .formatted(
                            what,
                            dtypes(),
                            NumberText.percent(fidelity.agreement()),
                            NumberText.count(fidelity.tokens()));
        }
        if (!findings.weights().isEmpty() && !findings.weightsNotChecked().isEmpty()) {
            return "Merged to %s, which was checked in part: %s.".formatted(dtypes(), findings.weightsNotChecked());
        }
        return findings.weights().isEmpty()
                ? "Merged to %s; nothing of it was measured.".formatted(dtypes())
                : "%s weight is what base and adapter give, in %s; what the model computes was not measured."
                        .formatted(sampled() ? "On a sample, every" : "Every", dtypes());
    }

    private boolean sampled() {
        return findings.weights().stream().anyMatch(check -> check.compared() < check.elements());
    }

    private String dtypes() {
        List<String> names = plan.outputs().stream()
                .filter(tensor -> tensor.shape().rank() > 1)
                .map(OutputTensor::dtype)
                .map(DType::torchName)
                .distinct()
                .toList();
        return names.isEmpty() ? "its own dtype" : String.join(" and ", names);
    }

    /** The whole report. */
    public Report report(ReportFrame frame) {
        List<ModuleEffect> effects = frame.effects().isEmpty() ? sampledEffects() : frame.effects();
        return new Report(
                1,
                plan.run(),
                frame.title(),
                subtitle(frame),
                frame.at(),
                verdict(),
                closed.isEmpty(),
                knowFirst(),
                gates,
                findings.measurement().map(Measurement::perplexities).orElse(List.of()),
                findings.measurement().map(Measurement::fidelity),
                findings.notMeasured(),
                plan.tying(),
                plan.base(),
                effects,
                ledger(InputRole.ADAPTER),
                ledger(InputRole.BASE),
                (int) findings.weights().stream()
                        .filter(check -> !check.touched() && check.equal() == check.compared())
                        .count(),
                new Accounting(leftOver(), frame.untouched()),
                rounding(),
                frame.stages(),
                frame.files(),
                frame.load(),
                frame.provenance(),
                notes(frame, effects),
                findings.weights().stream().map(Judgement::figure).toList(),
                basis.applied(),
                basis.incumbent().orElse(null),
                null);
    }

    private static TensorFigure figure(TensorCheck check) {
        return new TensorFigure(
                check.tensor(),
                check.touched(),
                check.dtype().torchName(),
                check.elements(),
                check.compared(),
                check.equal(),
                Double.isFinite(check.distance()) ? check.distance() : null);
    }

    private String subtitle(ReportFrame frame) {
        String base = frame.provenance().base().replaceFirst("/+$", "");
        return "%s on %s → %s".formatted(plan.adapterSummary(), base.substring(base.lastIndexOf('/') + 1), dtypes());
    }

    private String knowFirst() {
        if (closed.isPresent()) {
            Refusal refusal = Refusal.of(closed.get());
            return "Do: " + (ours ? refusal.remedy() : refusal.remedyOfAnyMerge()) + ".";
        }
        List<String> sentences = new ArrayList<>(price().stream().toList());
        if (plan.tying().baseTied() && !plan.tying().outputTied()) {
            sentences.add("Input and output embeddings now differ, so the model is no longer tied.");
        } else if (findings.measurement().isEmpty() && !findings.notMeasured().isEmpty()) {
            sentences.add("Fidelity was not measured: " + findings.notMeasured() + ".");
        }
        return String.join(" ", sentences);
    }

    /** A sentence on what rounding took, where that is much. */
    private Optional<String> price() {
        Report.RoundingLoss loss = rounding();
        return loss.recommendation().isEmpty()
                ? Optional.empty()
                : Optional.of("Rounding to %s took %s of the adapter's effect; --dtype %s keeps more of it."
                        .formatted(findings.roundedTo(), NumberText.percent(loss.share()), loss.recommendation()));
    }

    /** From the values that were recomputed: an estimate where that was a sample. */
    private List<ModuleEffect> sampledEffects() {
        return findings.weights().stream()
                .filter(TensorCheck::touched)
                .map(check -> new ModuleEffect(check.module(), check.effect(), check.lostShare()))
                .toList();
    }

    private Map<Outcome, Integer> ledger(InputRole role) {
        return plan.ledger().stream()
                .filter(entry -> entry.role() == role)
                .collect(Collectors.toMap(LedgerEntry::outcome, entry -> 1, Integer::sum, TreeMap::new));
    }

    private List<LedgerEntry> leftOver() {
        return plan.ledger().stream()
                .filter(entry -> entry.role() == InputRole.ADAPTER)
                .filter(entry -> entry.outcome() == Outcome.IGNORED || entry.outcome() == Outcome.PROOF)
                .toList();
    }

    private RoundingLoss rounding() {
        double share = Math.min(1, findings.lostShare());
        boolean measured =
                findings.measurement().isPresent() && !findings.weights().isEmpty();
        return new RoundingLoss(share, share > DEAR ? betterDType() : "", measured ? findings.takenShare() : null);
    }

    /** The next wider mantissa; all of float32 where eight times as fine a one is too little. */
    private String betterDType() {
        boolean fineEnough = findings.takenShare() <= TOO_DEAR;
        boolean bfloat = findings.roundedTo().contains(DType.BF16.torchName());
        return (bfloat && fineEnough ? DType.F16 : DType.F32).torchName();
    }

    private List<String> notes(ReportFrame frame, List<ModuleEffect> effects) {
        List<String> notes = new ArrayList<>(plan.notes());
        notes.addAll(frame.notes());
        notes.addAll(findings.notes());
        price().ifPresent(notes::add);
        findings.measurement().flatMap(Measurement::notMeasured).ifPresent(notes::add);
        notes.addAll(OddModules.sentences(effects));
        gates.stream()
                .filter(Gate::nearLimit)
                .forEach(gate -> notes.add("Gate %s is %s.".formatted(gate.name(), gate.detail())));
        basis.overrides().stream()
                .filter(person -> overridden().stream().noneMatch(gate -> person.equals(gate.override())))
                .forEach(person -> notes.add(
                        "The override of gate %s by %s was not needed.".formatted(person.gate(), person.by())));
        findings.structure().stream().skip(1).forEach(fault -> notes.add("Structure: " + fault + "."));
        findings.accounting().stream().skip(1).forEach(fault -> notes.add("Ledger: " + fault + "."));
        return notes;
    }
}
