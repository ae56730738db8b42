package dev.ingot.validate.gate;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.validate.recompute.TensorCheck;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The gate that holds every tensor against its recomputation. It needs no text and no trained model: it tells right from wrong on random weights too. */
public final class WeightGates {
    static final String NAME = "weights";

    /** Standard deviations of rounding noise that a drift may have. */
    private static final double NOISE = 6;

    private final GatePolicy policy;
    private final List<TensorCheck> checks;

    WeightGates(GatePolicy policy, List<TensorCheck> checks) {
        this.policy = policy;
        this.checks = checks;
    }

    Gate gate(String notChecked) {
        String question = "distance of every tensor from base + adapter, merged again, in units of rounding";
        String limit = "≤ " + NumberText.magnitude(policy.distance());
        Optional<TensorCheck> wrong = checks.stream()
                .filter(check -> isWrong(check, policy))
                .max(Comparator.comparingDouble(check -> severity(check)));
        if (checks.isEmpty() || wrong.isEmpty() && !notChecked.isEmpty()) {
            return new Gate(NAME, question, "", limit, State.NOT_MEASURED, notChecked);
        }
        return wrong.map(check -> failed(check, question, limit))
                .orElseGet(() -> new Gate(NAME, question, distances(), limit, State.PASSED, compared()));
    }

    /** With the figure that is over its limit: what is copied may not differ at all, and small differences may add up to a part of the delta. */
    private Gate failed(TensorCheck check, String question, String limit) {
        if (!check.touched()) {
            String changed =
                    "%s changed of a tensor that is copied".formatted(values(check.compared() - check.equal()));
            return new Gate(NAME, question, changed, "none", State.FAILED, explain(check));
        }
        if (check.distance() <= policy.distance()) {
            String drift = "the adapter's part of a tensor off by " + NumberText.percent(check.drift());
            String most = "≤ %s beyond rounding".formatted(NumberText.percent(policy.drift()));
            return new Gate(NAME, question, drift, most, State.FAILED, explain(check));
        }
        return new Gate(NAME, question, distances(), limit, State.FAILED, explain(check));
    }

    private static String values(long count) {
        return count == 1 ? "1 value" : NumberText.count(count) + " values";
    }

    private String distances() {
        double most = checks.stream().mapToDouble(TensorCheck::distance).max().orElse(0);
        return "%s, %s equal".formatted(NumberText.magnitude(most), NumberText.percent(share()));
    }

    /** Whether a tensor is further from its recomputation than rounding explains. */
    public static boolean isWrong(TensorCheck check, GatePolicy policy) {
        return check.touched()
                ? !(check.distance() <= policy.distance()) || !(drift(check) <= policy.drift())
                : check.equal() != check.compared();
    }

    /** Beyond what rounding alone makes of it. */
    private static double drift(TensorCheck check) {
        return check.drift() - NOISE * check.driftNoise();
    }

    private static double severity(TensorCheck check) {
        return check.touched() ? check.distance() : Double.MAX_VALUE;
    }

    private String explain(TensorCheck check) {
        long different = check.compared() - check.equal();
        if (!check.touched()) {
            return "%s should have been copied as it is, but %d of %d values that were compared differ"
                    .formatted(check.tensor(), different, check.compared());
        }
        return "%s is up to %s units from base + adapter; %d of %d values that were compared differ, and the adapter's part is off by %s"
                .formatted(
                        check.tensor(),
                        NumberText.magnitude(check.distance()),
                        different,
                        check.compared(),
                        NumberText.percent(check.drift()));
    }

    private String compared() {
        long values = checks.stream().mapToLong(TensorCheck::compared).sum();
        long touched = checks.stream().filter(TensorCheck::touched).count();
        return "%s values were compared, a part or all of each of %d tensors; the adapter changes %d"
                .formatted(NumberText.count(values), checks.size(), touched);
    }

    private double share() {
        double compared = checks.stream().mapToLong(TensorCheck::compared).sum();
        double equal = checks.stream().mapToLong(TensorCheck::equal).sum();
        return equal / compared;
    }
}
