package dev.ingot.pipeline.report;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.WhenAbsent;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.request.GateOverride;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What validate found; {@code report.json}. Pages, model card and command line show nothing that does not stand here.
 *
 * @param schema 1
 * @param title for people: team / model, or the name of the output folder
 * @param subtitle what was merged onto what, one line
 * @param verdict the sentence that a person would say first
 * @param delivered whether the gates let the checkpoint out
 * @param knowFirst the one thing to know, or empty
 * @param gates in the order in which they are shown
 * @param perplexities per evaluation set
 * @param fidelity absent where it could not be measured, with {@code notMeasured} saying why
 * @param modules that the adapter changed
 * @param adapterLedger counts per outcome; the whole ledger stands in the plan
 * @param untouchedTensors how many of the base's values validate found again, value by value
 * @param accounting what was not used, and proof of what was not touched
 * @param stages time and bytes
 * @param files of the checkpoint
 * @param load lines of code that load it
 * @param weights every tensor that was recomputed
 * @param policy that the gates were held against; null in reports from before there was one
 * @param incumbent what an alias named, where the policy asks for a comparison; null otherwise
 * @param mergeBaseChoice how the base was chosen, where the request left that to measurement; null otherwise
 */
public record Report(
        int schema,
        RunRef run,
        String title,
        String subtitle,
        Instant at,
        String verdict,
        boolean delivered,
        String knowFirst,
        List<Gate> gates,
        List<Perplexity> perplexities,
        Optional<Fidelity> fidelity,
        String notMeasured,
        TyingDecision tying,
        BaseStatement base,
        List<ModuleEffect> modules,
        Map<LedgerEntry.Outcome, Integer> adapterLedger,
        Map<LedgerEntry.Outcome, Integer> baseLedger,
        int untouchedTensors,
        @WhenAbsent("{\"leftOver\": [], \"untouched\": []}") Accounting accounting,
        RoundingLoss rounding,
        List<StageTiming> stages,
        List<OutputFile> files,
        List<String> load,
        Provenance provenance,
        List<String> notes,
        @WhenAbsent("[]") List<TensorFigure> weights,
        @Nullable AppliedPolicy policy,
        @Nullable Incumbent incumbent,
        @Nullable MergeBaseChoice mergeBaseChoice) {

    /** Of a run of which no tensor was recomputed. */
    public Report(
            int schema,
            RunRef run,
            String title,
            String subtitle,
            Instant at,
            String verdict,
            boolean delivered,
            String knowFirst,
            List<Gate> gates,
            List<Perplexity> perplexities,
            Optional<Fidelity> fidelity,
            String notMeasured,
            TyingDecision tying,
            BaseStatement base,
            List<ModuleEffect> modules,
            Map<LedgerEntry.Outcome, Integer> adapterLedger,
            Map<LedgerEntry.Outcome, Integer> baseLedger,
            int untouchedTensors,
            Accounting accounting,
            RoundingLoss rounding,
            List<StageTiming> stages,
            List<OutputFile> files,
            List<String> load,
            Provenance provenance,
            List<String> notes) {
        this(
                schema,
                run,
                title,
                subtitle,
                at,
                verdict,
                delivered,
                knowFirst,
                gates,
                perplexities,
                fidelity,
                notMeasured,
                tying,
                base,
                modules,
                adapterLedger,
                baseLedger,
                untouchedTensors,
                accounting,
                rounding,
                stages,
                files,
                load,
                provenance,
                notes,
                List.of(),
                null,
                null,
                null);
    }

    /** The same, with how its base was chosen. */
    public Report chosenBy(MergeBaseChoice choice) {
        return new Report(
                schema,
                run,
                title,
                subtitle,
                at,
                verdict,
                delivered,
                knowFirst,
                gates,
                perplexities,
                fidelity,
                notMeasured,
                tying,
                base,
                modules,
                adapterLedger,
                baseLedger,
                untouchedTensors,
                accounting,
                rounding,
                stages,
                files,
                load,
                provenance,
                notes,
                weights,
                policy,
                incumbent,
                choice);
    }

    /** The gates that were overridden, each with who answers for it. */
    public List<GateOverride> overrides() {
        return gates.stream().map(Gate::override).filter(Objects::nonNull).toList();
    }

    /**
     * A tensor of the checkpoint beside base + adapter, merged again by the scalar reference.
     *
     * @param changed whether the adapter changes it; if not, it has to be the base's bit by bit
     * @param dtype in which it was written
     * @param elements of the tensor
     * @param compared of them: all, or a sample
     * @param equal of those that were compared
     * @param ulp largest distance, in units in the last place of the largest number that takes part (weight, delta or sum); null where it is no
     *     number or infinite
     */
    public record TensorFigure(
            String tensor,
            boolean changed,
            String dtype,
            long elements,
            long compared,
            long equal,
            @Nullable Double ulp) {}

    /**
     * One gate: a figure held against a limit.
     *
     * @param nearLimit whether the interval of the figure holds the limit, so that other text might have ended it the other way; {@code detail} then says so
     * @param override who let the checkpoint out past this gate; null where nobody did
     */
    public record Gate(
            String name,
            String question,
            String measured,
            String limit,
            State state,
            String detail,
            @WhenAbsent("false") boolean nearLimit,
            @Nullable GateOverride override) {

        /** A gate that is sure, and that nobody overrode. */
        public Gate(String name, String question, String measured, String limit, State state, String detail) {
            this(name, question, measured, limit, state, detail, false, null);
        }

        /** The same with a figure that is not sure: {@code sentence} says how. */
        public Gate near(String sentence) {
            String told = detail.isEmpty() ? sentence : detail + "; " + sentence;
            return new Gate(name, question, measured, limit, state, told, true, override);
        }

        /** The same, let past by a person. */
        public Gate overriddenBy(GateOverride person) {
            return new Gate(name, question, measured, limit, State.OVERRIDDEN, detail, nearLimit, person);
        }

        /** How a gate ended. */
        public enum State {
            PASSED,
            FAILED,
            /** Could not be measured here; the policy says whether that may pass. */
            NOT_MEASURED,
            /** Measured, but no limit is set. */
            INFORMATION,
            /** Failed or could not be measured, and a person let the checkpoint out all the same. */
            OVERRIDDEN
        }
    }

    /**
     * Perplexities on one evaluation set.
     *
     * @param set {@code general}, {@code domain}
     * @param description of the text, for people
     * @param sha256 of the text
     * @param tokens predicted
     * @param intervals null in reports from before there were any
     */
    public record Perplexity(
            String set,
            String description,
            String sha256,
            long tokens,
            double base,
            double unmerged,
            double merged,
            @Nullable PerplexityIntervals intervals) {

        /** Of another merged model on the same tokens. */
        public Perplexity mergedBy(double other) {
            return new Perplexity(set, description, sha256, tokens, base, unmerged, other, null);
        }

        /** Without a word on how sure they are. */
        public Perplexity(
                String set,
                String description,
                String sha256,
                long tokens,
                double base,
                double unmerged,
                double merged) {
            this(set, description, sha256, tokens, base, unmerged, merged, null);
        }
    }

    /**
     * Merged against base + adapter unmerged, per predicted token, over all sets.
     *
     * @param effectKl mean KL of unmerged against base: how much the adapter does
     * @param histogram log10 of the lower bound of each bin (the first holds all below) and its count
     * @param intervals null in reports from before there were any
     * @param worst tokens on which merged and unmerged differ most, the worst first
     */
    public record Fidelity(
            long tokens,
            double meanKl,
            double maxKl,
            double agreement,
            double effectKl,
            double mergedEffectKl,
            List<HistogramBin> histogram,
            @Nullable FidelityIntervals intervals,
            @WhenAbsent("[]") List<WorstToken> worst) {

        /** Without a word on how sure it is, and on what token. */
        public Fidelity(
                long tokens,
                double meanKl,
                double maxKl,
                double agreement,
                double effectKl,
                double mergedEffectKl,
                List<HistogramBin> histogram) {
            this(tokens, meanKl, maxKl, agreement, effectKl, mergedEffectKl, histogram, null, List.of());
        }
    }

    /** {@code log10} is the lower bound of the bin; bins are half a decade wide, and those without a token are left out. */
    public record HistogramBin(double log10, long count) {
        /** Width of every bin, in decades. */
        public static final double DECADES = 0.5;
    }

    /**
     * What the adapter does to one module.
     *
     * @param effect Frobenius norm of the delta over that of the weight
     * @param lost share of the delta's norm that rounding took
     */
    public record ModuleEffect(
            String module,
            double effect,
            double lost,
            @WhenAbsent("\"none\"") Flag flag) {
        /** Below this the module computes what it did before, whatever it was rounded to. */
        public static final double NO_EFFECT = 1e-5;

        /** Above this a module is more new than old, as no usual training makes it: mostly a wrong scale or another base. */
        public static final double VERY_LARGE = 0.5;

        /** With the flag that the figures call for; a figure that is no number gets none. */
        public ModuleEffect(String module, double effect, double lost) {
            this(module, effect, lost, Flag.of(effect));
        }

        /** What a person should look at. */
        public enum Flag {
            NONE,
            NEAR_NO_OP,
            SUSPICIOUSLY_LARGE;

            private static Flag of(double effect) {
                if (effect < NO_EFFECT) {
                    return NEAR_NO_OP;
                }
                return effect > VERY_LARGE ? SUSPICIOUSLY_LARGE : NONE;
            }
        }
    }

    /**
     * The two ends of the ledger that a person asks for.
     *
     * @param leftOver adapter tensors that no output has anything of, each with the rule that says why
     * @param untouched tensors that the adapter left alone and that were written with the bytes of the base
     */
    public record Accounting(List<LedgerEntry> leftOver, List<TensorDigest> untouched) {
        /** Nothing was counted. */
        public static final Accounting NONE = new Accounting(List.of(), List.of());

        public Accounting {
            leftOver = List.copyOf(leftOver);
            untouched = List.copyOf(untouched);
        }
    }

    /** Digest of a tensor's bytes, the same in base and checkpoint; {@code sha256:…} or {@code crc32c:…}. */
    public record TensorDigest(String tensor, String digest) {}

    /**
     * The price of rounding, over all modules.
     *
     * @param share of the norm of the adapter's deltas
     * @param recommendation a dtype that would keep more, or empty
     * @param ofEffect share of what the adapter does to the model's answers, where they were measured, that rounding took; null where it is not known
     */
    public record RoundingLoss(
            double share, String recommendation, @Nullable Double ofEffect) {
        /** Of weights alone. */
        public RoundingLoss(double share, String recommendation) {
            this(share, recommendation, null);
        }
    }

    /** Time that a stage took, wall clock, and what passed through it. */
    public record StageTiming(String stage, double seconds, long bytesIn, long bytesOut, String note) {}

    /** A file of the checkpoint; {@code digest} is {@code sha256:…} or {@code crc32c:…}. */
    public record OutputFile(String path, long size, String digest) {}

    /**
     * Where it came from. Digests as in {@link OutputFile}, or identities where no digest was asked for.
     *
     * @param adapter the first
     * @param adapters all of them, in the order in which they were applied; null for a run with one that counts as it was trained
     * @param attested what vouches for the checkpoint once it is delivered; null where its run asks for nothing of the kind
     */
    public record Provenance(
            String base,
            String baseIdentity,
            String adapter,
            String adapterIdentity,
            @Nullable List<MergedAdapter> adapters,
            String planDigest,
            String ingotVersion,
            @Nullable Attested attested) {
        public Provenance {
            adapters = adapters == null ? null : List.copyOf(adapters);
        }

        /** Of a run with one adapter. */
        public Provenance(
                String base,
                String baseIdentity,
                String adapter,
                String adapterIdentity,
                String planDigest,
                String ingotVersion) {
            this(base, baseIdentity, adapter, adapterIdentity, null, planDigest, ingotVersion, null);
        }

        /** The same, with what vouches for it. */
        public Provenance with(Attested vouching) {
            return new Provenance(
                    base, baseIdentity, adapter, adapterIdentity, adapters, planDigest, ingotVersion, vouching);
        }

        /** Every adapter, in the order in which they were applied. */
        public List<MergedAdapter> inOrder() {
            return adapters == null ? List.of(new MergedAdapter(adapter, 1, adapterIdentity)) : adapters;
        }
    }

    /**
     * The files that vouch for a checkpoint, beside it.
     *
     * @param statement an in-toto statement of what it was made from
     * @param signature over all files, the statement included; null where no key is set up
     * @param key the key's hint: the digest by which a verifier knows it; null where no key is set up
     */
    public record Attested(
            String statement,
            @Nullable String signature,
            @Nullable String key) {}

    /** One of the adapters that were merged, with its weight; {@code identity} as in {@link Provenance}. */
    public record MergedAdapter(String adapter, double weight, String identity) {}
}
