package dev.ingot.validate.policy;

import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.report.AppliedPolicy;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.QualityLimits;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a team decided, over what counts where it decided nothing.
 *
 * @param gates the limits
 * @param evaluation name of a set to the URI of the team's own text
 * @param tokens of each text at most; empty where the team does not say
 * @param window predicted tokens per window; likewise
 * @param applied for the report
 */
public record TeamPolicy(
        GatePolicy gates,
        Map<String, String> evaluation,
        OptionalLong tokens,
        OptionalInt window,
        AppliedPolicy applied) {
    public TeamPolicy {
        evaluation = Map.copyOf(evaluation);
    }

    /** Of a team that has no file. */
    public static TeamPolicy of(GatePolicy usual) {
        return new Reader(Map.of(), usual).policy("built in", "");
    }

    /**
     * Of a team's file.
     *
     * @param source names the file in refusals and in the report
     * @param usual what counts for keys that are left out
     * @throws dev.ingot.checkpoint.RefusedInput {@code policy.*}, naming file, line and key
     */
    public static TeamPolicy read(byte[] text, String source, GatePolicy usual) {
        String sha256 =
                StreamDigest.of(StreamDigest.Algorithm.SHA256).update(text).sha256();
        return new Reader(PolicyFile.read(text, source), usual).policy(source, sha256);
    }

    /** What stands in the file, and beside it what counts without one. */
    private record Reader(Map<PolicyKey, String> settings, GatePolicy usual) {
        TeamPolicy policy(String source, String sha256) {
            Map<String, String> texts = new HashMap<>();
            place(PolicyKey.DOMAIN).ifPresent(uri -> texts.put("domain", uri));
            place(PolicyKey.GENERAL).ifPresent(uri -> texts.put("general", uri));
            Optional<String> tokens = Optional.ofNullable(settings.get(PolicyKey.TOKENS));
            Optional<String> window = Optional.ofNullable(settings.get(PolicyKey.WINDOW));
            return new TeamPolicy(
                    gates(),
                    texts,
                    tokens.isPresent() ? OptionalLong.of(Long.parseLong(tokens.get())) : OptionalLong.empty(),
                    window.isPresent() ? OptionalInt.of(Integer.parseInt(window.get())) : OptionalInt.empty(),
                    new AppliedPolicy(source, sha256, told()));
        }

        private GatePolicy gates() {
            return new GatePolicy(
                    number(PolicyKey.MEAN_KL, usual.meanKl()),
                    number(PolicyKey.SHARE_OF_EFFECT, usual.shareOfEffect()),
                    number(PolicyKey.AGREEMENT, usual.agreement()),
                    number(PolicyKey.DISTANCE, usual.distance()),
                    number(PolicyKey.DRIFT, usual.drift()),
                    number(PolicyKey.KEPT, usual.keptEffect()),
                    number(PolicyKey.LEAST, usual.leastEffect()),
                    publishes(PolicyKey.UNMEASURED_FIDELITY, usual.unmeasured()),
                    publishes(PolicyKey.UNMEASURED_WEIGHTS, usual.unmeasuredWeights()),
                    new QualityLimits(
                            limit(PolicyKey.ABSOLUTE),
                            limit(PolicyKey.RELATIVE),
                            limit(PolicyKey.REGRESSION),
                            place(PolicyKey.INCUMBENT_ALIAS),
                            number(PolicyKey.INCUMBENT_RELATIVE, 1),
                            !value(PolicyKey.INCUMBENT_OTHER_TEXT).equals("refuse"),
                            publishes(PolicyKey.UNDECIDED, true)),
                    overridable());
        }

        private Set<String> overridable() {
            return new HashSet<>(Form.items(value(PolicyKey.OVERRIDABLE)));
        }

        private double number(PolicyKey key, double otherwise) {
            return settings.containsKey(key) ? Double.parseDouble(value(key)) : otherwise;
        }

        private boolean publishes(PolicyKey key, boolean otherwise) {
            return settings.containsKey(key) ? value(key).equals("publish") : otherwise;
        }

        private OptionalDouble limit(PolicyKey key) {
            return Form.isOff(value(key)) ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(value(key)));
        }

        private Optional<String> place(PolicyKey key) {
            return Optional.of(value(key)).filter(text -> !Form.isOff(text));
        }

        private String value(PolicyKey key) {
            return settings.getOrDefault(key, key.usual());
        }

        /** Every key with the value that counts; those of a merge into a folder differ from a registry's in two. */
        private Map<String, String> told() {
            Map<PolicyKey, String> all = new EnumMap<>(PolicyKey.class);
            Arrays.stream(PolicyKey.values()).forEach(key -> all.put(key, value(key)));
            all.put(
                    PolicyKey.UNMEASURED_FIDELITY,
                    publishes(PolicyKey.UNMEASURED_FIDELITY, usual.unmeasured()) ? "publish" : "refuse");
            all.put(
                    PolicyKey.UNMEASURED_WEIGHTS,
                    publishes(PolicyKey.UNMEASURED_WEIGHTS, usual.unmeasuredWeights()) ? "publish" : "refuse");
            Map<String, String> told = new TreeMap<>();
            all.forEach((key, value) -> told.put(key.path(), value));
            return told;
        }
    }
}
