package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.names.RearrangedParameter;
import dev.ingot.checkpoint.names.RearrangedParameter.Piece;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.ingest.TrainingCopies.Copy;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import java.util.List;
import java.util.Optional;

/**
 * A training checkpoint's copy of what the base has in the layout of another generation of transformers: experts together or one by one, layers fused or apart.
 *
 * @param place where its elements stand in the base
 */
record RearrangedCopy(AdapterTensor copy, RearrangedParameter place) {
    private static final String RULE = "copy of the base in another layout";
    private static final String EMPTY = "an empty place of a weight that stood elsewhere";

    /** Empty where the base has nothing of the kind. */
    static Optional<RearrangedCopy> of(AdapterTensor tensor, AdapterOnBase onBase, BaseModel base) {
        return RearrangedParameter.find(
                        tensor.key().module(),
                        tensor.key().parameter(),
                        onBase.base(),
                        name -> base.has(name) ? Optional.of(base.shapeOf(name)) : Optional.<Shape>empty())
                .map(place -> new RearrangedCopy(tensor, place));
    }

    /**
     * What is to be held against the base.
     *
     * @throws RefusedInput {@code adapter.rearranged-copy} where it cannot be, or is to take the base's place
     */
    List<Copy> copies(MirrorPolicy policy, Inputs inputs) {
        if (isEmpty()) {
            return List.of();
        }
        LocatedTensor tensor = copy.tensor();
        if (policy == MirrorPolicy.CHECKPOINT) {
            throw refuse("the request wants the checkpoint's", "take the base's: --mirrors refuse or base");
        }
        if (!tensor.shape().equals(place.shape()) || !tensor.dtype().isMergeable()) {
            if (policy == MirrorPolicy.BASE) {
                return List.of();
            }
            throw refuse(
                    "as %s %s it cannot be compared with %s there"
                            .formatted(tensor.dtype().torchName(), tensor.shape(), place.shape()),
                    "check --base; --mirrors base merges without the proof");
        }
        TensorRef whole = inputs.ref(InputRole.ADAPTER, tensor);
        return place.pieces().stream()
                .map(piece -> new Copy(
                        piece.parameter(),
                        part(whole, piece),
                        false,
                        policy == MirrorPolicy.REFUSE,
                        Optional.empty(),
                        piece.first()))
                .toList();
    }

    private static TensorRef part(TensorRef whole, Piece piece) {
        long width = whole.length() / whole.shape().elements();
        return new TensorRef(
                whole.file(),
                whole.name(),
                whole.dtype(),
                piece.shape(),
                whole.offset() + piece.own() * width,
                piece.elements() * width);
    }

    private boolean isEmpty() {
        return copy.tensor().shape().elements() == 0;
    }

    LedgerEntry entry(AdapterOnBase onBase) {
        String first = place.pieces().getFirst().parameter();
        return isEmpty()
                ? new LedgerEntry(InputRole.ADAPTER, copy.name(), Outcome.IGNORED, "", onBase.ruleOf(copy, EMPTY))
                : new LedgerEntry(InputRole.ADAPTER, copy.name(), Outcome.PROOF, first, onBase.ruleOf(copy, RULE));
    }

    private RefusedInput refuse(String why, String remedy) {
        return new RefusedInput(
                "adapter.rearranged-copy",
                "%s of the checkpoint is its copy of what the base has in another layout, in %s%s: %s."
                        .formatted(
                                copy.name(),
                                place.pieces().getFirst().parameter(),
                                place.pieces().size() > 1
                                        ? " and %d more"
                                                .formatted(place.pieces().size() - 1)
                                        : "",
                                why),
                remedy);
    }
}
