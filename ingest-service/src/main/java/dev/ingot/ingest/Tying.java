package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether input and output embedding share one matrix after the merge, following the unmerged model: each end keeps what training gave it.
 *
 * @param decision for plan, report and model card
 * @param input change of the input embedding (of the shared matrix when tied)
 * @param output change of the output embedding when it is written on its own
 * @param clearsFlags whether config.json has to say that the ends are separate
 */
record Tying(TyingDecision decision, ParameterChange input, ParameterChange output, boolean clearsFlags) {
    private static final Tying NO_ENDS = new Tying(
            new TyingDecision(false, false, "", "", "The model has no pair of embeddings that Ingot knows.", List.of()),
            ParameterChange.NONE,
            ParameterChange.NONE,
            false);

    /** RefusedInput {@code tie.conflict} when the request's policy and the adapter cannot both be followed. */
    static Tying decide(BaseModel base, FileSet baseFiles, Contributions adapters, TiePolicy policy)
            throws IOException {
        if (base.ends().isEmpty()) {
            return NO_ENDS;
        }
        Embeddings ends = base.ends().get();
        ParameterChange input =
                adapters.compose(ends.input(), adapter -> adapter.changes().of(ends.input()));
        ParameterChange output =
                adapters.compose(ends.output(), adapter -> adapter.changes().of(ends.output()));
        boolean asked = !input.isNothing() || !output.isNothing() || policy == TiePolicy.UNTIE;
        if (!base.isTied() && !(asked && new StoredEnds(base, baseFiles).areOneMatrix(ends))) {
            return separate(base, ends, input, output, policy);
        }
        SharedEnds shared = SharedEnds.of(adapters, ends);
        if (shared.areEqual()) {
            ParameterChange change = shared.input();
            return policy == TiePolicy.UNTIE
                    ? untied(base, ends, change, change, "The request asks for it; both ends hold the same values.")
                    : tied(base, ends, change, shared.reason());
        }
        if (policy == TiePolicy.KEEP || policy == TiePolicy.REFUSE) {
            throw conflict(shared.reason(), policy);
        }
        return untied(base, ends, shared.input(), shared.output(), shared.reason());
    }

    /** Of a run without an adapter: as the base has it. */
    static Tying ofBase(BaseModel base) {
        if (base.ends().isEmpty()) {
            return NO_ENDS;
        }
        Embeddings ends = base.ends().get();
        return base.isTied()
                ? tied(base, ends, ParameterChange.NONE, "As in the base, input and output embedding share one matrix.")
                : separate(base, ends, ParameterChange.NONE, ParameterChange.NONE, TiePolicy.AUTO);
    }

    static String reason(boolean input, boolean output) {
        String which = input && output ? "both ends" : input ? "the input embedding only" : "the output embedding only";
        return "The base shares one matrix between its input and output embedding, and the adapter changes " + which
                + ", so that they differ after the merge.";
    }

    /**
     * Both ends are stored, or there is no output embedding. A base that stores both and says all the same that they are tied is loaded tied by
     * transformers 4 and separate by 5 where they differ: once the adapter changes an end, the flag has to go.
     */
    private static Tying separate(
            BaseModel base, Embeddings ends, ParameterChange input, ParameterChange output, TiePolicy policy) {
        boolean both = base.has(ends.output());
        boolean saysTied = both && base.config().tieWordEmbeddings().orElse(true);
        boolean changes = !input.isNothing() || !output.isNothing();
        boolean clears = saysTied && (changes || policy == TiePolicy.UNTIE);
        if (clears && (policy == TiePolicy.KEEP || policy == TiePolicy.REFUSE)) {
            throw conflict(reason(!input.isNothing(), !output.isNothing()), policy);
        }
        String stored =
                both ? "The base stores input and output embedding separately." : "The model has no output embedding.";
        String reason = clears
                ? stored
                        + " Its config does not say so, although the ends differ after the merge; the merged config does."
                : stored;
        List<String> warnings = clears ? UntiedServing.warnings(base.config().modelType()) : List.of();
        TyingDecision decision =
                new TyingDecision(false, false, ends.input(), both ? ends.output() : "", reason, warnings);
        return new Tying(decision, input, output, clears);
    }

    private static RefusedInput conflict(String reason, TiePolicy policy) {
        return new RefusedInput(
                "tie.conflict",
                "%s The request says tie=%s.".formatted(reason, policy.name().toLowerCase(Locale.ROOT)),
                "say tie=auto to get an own lm_head.weight, or train with ensure_weight_tying");
    }

    /** A base that stores the matrix under both names is written so again. */
    private static Tying tied(BaseModel base, Embeddings ends, ParameterChange shared, String reason) {
        return new Tying(
                new TyingDecision(true, true, ends.input(), ends.output(), reason, List.of()),
                shared,
                base.has(ends.output()) ? shared : ParameterChange.NONE,
                false);
    }

    private static Tying untied(
            BaseModel base, Embeddings ends, ParameterChange input, ParameterChange output, String reason) {
        List<String> warnings = UntiedServing.warnings(base.config().modelType());
        return new Tying(
                new TyingDecision(true, false, ends.input(), ends.output(), reason, warnings), input, output, true);
    }

    /** Name of the head that the plan adds, when the merge unties. */
    Optional<String> addedHead() {
        return decision.baseTied() && !decision.outputTied()
                ? Optional.of(decision.outputEmbedding())
                : Optional.empty();
    }
}
