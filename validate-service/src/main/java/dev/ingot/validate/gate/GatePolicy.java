package dev.ingot.validate.gate;

import java.util.Set;

/**
 * The limits. The defaults judge the merge, not the adapter: whether the checkpoint is the trained model.
 *
 * @param meanKl most that merging may cost, mean nats per token, on top of what rounding to the output dtype explains
 * @param shareOfEffect likewise as a share of what the adapter does (mean divergence of unmerged from base)
 * @param agreement least share of tokens on which merged and unmerged put the same token first, near-ties aside
 * @param distance most that any merged value may be from its recomputation, in units of rounding
 * @param drift most that a module's delta as a whole may differ from the recomputed one, as a share of it, beyond rounding noise
 * @param keptEffect least share of the adapter's effect that the merged model keeps, beside what rounding took
 * @param leastEffect share of the adapter's effect that rounding to the output dtype has to leave
 * @param unmeasured whether a checkpoint whose fidelity could not be measured may go out
 * @param unmeasuredWeights whether one may of which not every tensor could be recomputed
 * @param quality limits on the adapter; none unless a team sets them
 * @param overridable ids of the gates past which a named person may publish
 */
public record GatePolicy(
        double meanKl,
        double shareOfEffect,
        double agreement,
        double distance,
        double drift,
        double keptEffect,
        double leastEffect,
        boolean unmeasured,
        boolean unmeasuredWeights,
        QualityLimits quality,
        Set<String> overridable) {
    public GatePolicy {
        overridable = Set.copyOf(overridable);
    }

    /** What a registry publishes: nothing that was not measured. */
    public static GatePolicy publishing() {
        return new GatePolicy(
                0.02, 0.02, 0.99, 2, 0.02, 0.5, 0.05, false, false, QualityLimits.NONE, GateName.overridable());
    }

    /** What a command delivers into a folder: also what could not be measured, which it says. */
    public static GatePolicy delivering() {
        return publishing().withUnmeasured(true);
    }

    /** What a judgement on somebody's merge calls the trained model: every tensor of it, whether or not a text could be measured. */
    public static GatePolicy judging() {
        GatePolicy all = publishing();
        return new GatePolicy(
                all.meanKl,
                all.shareOfEffect,
                all.agreement,
                all.distance,
                all.drift,
                all.keptEffect,
                all.leastEffect,
                true,
                false,
                all.quality,
                all.overridable);
    }

    public GatePolicy withUnmeasured(boolean allowed) {
        return new GatePolicy(
                meanKl,
                shareOfEffect,
                agreement,
                distance,
                drift,
                keptEffect,
                leastEffect,
                allowed,
                allowed,
                quality,
                overridable);
    }
}
