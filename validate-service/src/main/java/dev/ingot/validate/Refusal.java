package dev.ingot.validate;

import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.validate.gate.EffectGate;
import dev.ingot.validate.gate.GateName;
import dev.ingot.validate.gate.Gates;
import dev.ingot.validate.gate.OtherBase;

/**
 * Why a checkpoint is kept back.
 *
 * @param code stable: {@code gate.weights}, {@code gate.fidelity-not-measured}
 */
public record Refusal(String code, String sentence, String remedy) {
    private static final String AGAIN =
            "merge once more; if the figure stays, report it with plan.json and report.json";

    /** What to do about a merge that Ingot did not make. */
    String remedyOfAnyMerge() {
        return remedy.equals(AGAIN)
                ? "correct what is named, or merge with `ingot merge`; where --base or --adapter is not what was trained with, say that one"
                : remedy;
    }

    /** The refusal that a report without delivery tells; IllegalArgumentException for one that lets the checkpoint out. */
    public static Refusal of(Report report) {
        return report.gates().stream()
                .filter(gate -> gate.state() == Gate.State.FAILED)
                .findFirst()
                .or(() -> Gates.unmeasured(report.gates()))
                .map(Refusal::of)
                .orElseThrow(() -> new IllegalArgumentException("run " + report.run() + " was not kept back"));
    }

    static Refusal of(Gate gate) {
        return gate.state() == Gate.State.NOT_MEASURED ? unmeasured(gate) : failed(gate);
    }

    private static Refusal unmeasured(Gate gate) {
        if (gate.name().equals(GateName.INCUMBENT.id())) {
            return new Refusal(
                    "gate." + gate.name() + "-not-measured",
                    "Refused: this checkpoint could not be held against the version behind the alias. The reason: %s."
                            .formatted(gate.detail()),
                    "give the run the domain text of that version, or let the policy measure it on this one (incumbent: other_text: measure);"
                            + " or a named person publishes past it: --override incumbent=REASON --override-by NAME");
        }
        return new Refusal(
                "gate." + gate.name() + "-not-measured",
                "Refused: %s could not be measured, and the policy publishes nothing that was not. The reason: %s."
                        .formatted(gate.name(), gate.detail()),
                "ask for validate=smoke or full if the request said less;"
                        + " to publish all the same, set INGOT_VALIDATE_PUBLISH_UNMEASURED=true for the validate service (or `ingot up`)");
    }

    private static Refusal failed(Gate gate) {
        if (EffectGate.isVoid(gate)) {
            return new Refusal(
                    "gate." + gate.name(),
                    "Refused: %s.".formatted(gate.detail()),
                    "look whether training moved lora_B away from zero, and save the adapter again with save_pretrained");
        }
        if (EffectGate.isRounding(gate)) {
            return new Refusal(
                    "gate." + gate.name(),
                    "Refused: merged right, but %s.".formatted(gate.detail()),
                    "use --dtype float32, which keeps all of it");
        }
        if (gate.name().equals(Gates.BASE)) {
            return new Refusal(
                    "gate." + gate.name(),
                    "Refused: %s: %s.".formatted(gate.detail(), gate.measured()),
                    OtherBase.remedy(gate.detail()));
        }
        if (GateName.isOfQuality(gate.name())) {
            return new Refusal(
                    "gate." + gate.name(),
                    "Refused by the team's policy: %s is %s, and the limit is %s. %s"
                            .formatted(gate.question(), gate.measured(), gate.limit(), gate.detail())
                            .strip(),
                    "train on, or change the policy; or a named person publishes past it: --override %s=REASON --override-by NAME"
                            .formatted(gate.name()));
        }
        return new Refusal(
                "gate." + gate.name(),
                "Refused: the merged checkpoint is not the trained model. Gate %s measured %s where %s is the limit: %s."
                        .formatted(gate.name(), gate.measured(), gate.limit(), gate.detail()),
                AGAIN);
    }
}
