package dev.ingot.validate.policy;

import static dev.ingot.validate.policy.Form.ALIAS;
import static dev.ingot.validate.policy.Form.CHOICE;
import static dev.ingot.validate.policy.Form.COUNT;
import static dev.ingot.validate.policy.Form.GATES;
import static dev.ingot.validate.policy.Form.LIMIT;
import static dev.ingot.validate.policy.Form.PLACE;
import static dev.ingot.validate.policy.Form.POSITIVE;
import static dev.ingot.validate.policy.Form.REMEASURED;
import static dev.ingot.validate.policy.Form.SHARE;

/** Every key of a policy file: where it stands, what it is if it is left out, what it may be, and why it is there. */
public enum PolicyKey {
    MEAN_KL(
            "fidelity.mean_kl",
            "0.02",
            POSITIVE,
            "Most that merging may change the model's answers: mean KL divergence, merged || unmerged, in nats per token, on top of what rounding to the output dtype explains."),
    SHARE_OF_EFFECT(
            "fidelity.share_of_effect",
            "0.02",
            SHARE,
            "The same as a share of what the adapter does (mean KL, unmerged || base). The smaller of the two counts."),
    AGREEMENT(
            "fidelity.agreement",
            "0.99",
            SHARE,
            "Least share of tokens on which merged and unmerged put the same token first; near-ties count as the same."),
    DISTANCE(
            "weights.distance",
            "2",
            POSITIVE,
            "Most that any merged value may be from its recomputation, in units of rounding. A second rounding, as PEFT does it, is one unit."),
    DRIFT(
            "weights.drift",
            "0.02",
            SHARE,
            "Most that a module's delta as a whole may differ from the recomputed one, as a share of it."),
    KEPT(
            "effect.kept",
            "0.5",
            SHARE,
            "Least share of the adapter's effect on the model's answers that the merged model has, beside what rounding took."),
    LEAST(
            "effect.least",
            "0.05",
            SHARE,
            "Least share of the adapter's effect that rounding to the output dtype has to leave."),
    UNMEASURED_FIDELITY(
            "unmeasured.fidelity",
            "refuse",
            CHOICE,
            "What to do with a checkpoint whose answers could not be measured (an unknown architecture, no tokenizer): publish or refuse. Without a policy, a merge into a folder delivers and says so."),
    UNMEASURED_WEIGHTS("unmeasured.weights", "refuse", CHOICE, "Likewise where not every tensor could be recomputed."),
    ABSOLUTE(
            "perplexity.absolute",
            "off",
            LIMIT,
            "Highest perplexity of the merged model on domain text. A limit on how good the adapter is: off until you set it."),
    RELATIVE(
            "perplexity.relative",
            "off",
            LIMIT,
            "Highest perplexity on domain text as a multiple of the base's: 0.9 asks for ten percent less."),
    REGRESSION(
            "regression.general",
            "off",
            LIMIT,
            "Highest perplexity on general text as a multiple of the base's: 1.1 lets the adapter cost ten percent elsewhere."),
    INCUMBENT_ALIAS(
            "incumbent.alias",
            "off",
            ALIAS,
            "An alias of the model (prod): the version that it names now has to be met on domain text."),
    INCUMBENT_RELATIVE(
            "incumbent.relative", "1", POSITIVE, "Highest perplexity on domain text as a multiple of that version's."),
    INCUMBENT_OTHER_TEXT(
            "incumbent.other_text",
            "measure",
            REMEASURED,
            "What to do where that version's report has no figure on the same tokens, so that the two cannot be compared: measure (its checkpoint is run over this run's text) or refuse."),
    UNDECIDED(
            "undecided",
            "publish",
            CHOICE,
            "What a limit on perplexity does when the 95 % interval of the figure holds it, so that other text could end it the other way: publish or refuse. The gate says so either way."),
    OVERRIDABLE(
            "overridable",
            "[fidelity, agreement, effect, perplexity, regression, incumbent]",
            GATES,
            "Gates past which a named person may publish. With structure, accounted, base, weights or finite among them, what goes out may not be the trained model; its report and card then say so first."),
    DOMAIN(
            "evaluation.domain",
            "off",
            PLACE,
            "Your text, for runs that name none: a URI (file:///..., s3://...) of text, .jsonl with a member text or prompt and completion, or chats as .jsonl with messages. #name behind it names the member that counts."),
    GENERAL("evaluation.general", "off", PLACE, "Likewise general text; off is the bundled one."),
    TOKENS("evaluation.tokens", "16384", COUNT, "Tokens of each text that are measured at most."),
    WINDOW("evaluation.window", "256", COUNT, "Tokens that are predicted in one go, from those before them.");

    private final String path;
    private final String usual;
    private final Form form;
    private final String explanation;

    PolicyKey(String path, String usual, Form form, String explanation) {
        this.path = path;
        this.usual = usual;
        this.form = form;
        this.explanation = explanation;
    }

    /** Sections and name, with dots. */
    public String path() {
        return path;
    }

    /** What counts where a registry's team says nothing, as it stands in a file. */
    public String usual() {
        return usual;
    }

    Form form() {
        return form;
    }

    public String explanation() {
        return explanation;
    }

    /** The section that it stands in; empty at the top. */
    String section() {
        int dot = path.indexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    String name(String section) {
        return section.isEmpty() ? path : path.substring(section.length() + 1);
    }
}
