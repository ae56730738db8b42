package dev.ingot.ingest;

import dev.ingot.checkpoint.model.Embeddings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What training did to the one matrix behind both ends.
 *
 * @param areEqual whether all adapters did the same to both
 * @param input what becomes of the input embedding
 * @param output likewise of the output embedding; the same where they are equal
 * @param reason sentences
 */
record SharedEnds(boolean areEqual, ParameterChange input, ParameterChange output, String reason) {

    /** Each adapter by its own rule, then one after the other. */
    static SharedEnds of(Contributions adapters, Embeddings ends) throws IOException {
        Map<Contribution, OneAdapter> each = new LinkedHashMap<>();
        for (Contribution adapter : adapters.inOrder()) {
            each.put(adapter, OneAdapter.of(adapter, ends));
        }
        boolean equal = each.values().stream().allMatch(one -> one.change().isPresent());
        ParameterChange input = adapters.compose(
                ends.input(), adapter -> Optional.of(each.get(adapter).ofInput()));
        ParameterChange output = equal
                ? input
                : adapters.compose(
                        ends.output(), adapter -> Optional.of(each.get(adapter).ofOutput()));
        return new SharedEnds(equal, input, output, reason(List.copyOf(each.values()), equal));
    }

    /** Of the adapters that decide it: those that drive the ends apart, or else those that change them. */
    private static String reason(List<OneAdapter> each, boolean equal) {
        List<String> reasons = new ArrayList<>();
        for (OneAdapter one : each) {
            boolean decides = equal ? one.touches() : one.change().isEmpty();
            if (decides && !reasons.contains(one.reason())) {
                reasons.add(one.reason());
            }
        }
        return reasons.isEmpty() ? each.getFirst().reason() : String.join(" ", reasons);
    }

    /**
     * What one of the adapters did.
     *
     * @param change the same for both; empty where the ends differ after training
     */
    private record OneAdapter(
            ParameterChange input, ParameterChange output, Optional<ParameterChange> change, String reason) {
        static OneAdapter of(Contribution adapter, Embeddings ends) throws IOException {
            ParameterChange input = adapter.changes().of(ends.input()).orElse(ParameterChange.NONE);
            ParameterChange output = adapter.changes().of(ends.output()).orElse(ParameterChange.NONE);
            if (input.isRowsOnly() && output.isDeltaOnly()) {
                // PEFT trains the rows in the one matrix: a LoRA on the head stands beside what they became.
                output = output.onRowsOf(input);
            }
            return of(input, output, adapter.config().ensureWeightTying(), new SameChange(adapter.tensors()));
        }

        private static OneAdapter of(
                ParameterChange input, ParameterChange output, boolean ensureTying, SameChange comparison)
                throws IOException {
            boolean inputChanges = !input.isNothing();
            boolean outputChanges = !output.isNothing();
            if (!inputChanges && !outputChanges) {
                return new OneAdapter(input, output, Optional.of(input), "The adapter touches neither end.");
            }
            if (inputChanges && outputChanges && comparison.same(input, output)) {
                return new OneAdapter(input, output, Optional.of(input), "The adapter has the same for both ends.");
            }
            if (ownsRows(input, output, comparison)) {
                return new OneAdapter(
                        input, output, Optional.of(input), "The rows that were trained belong to both ends.");
            }
            if (ensureTying && inputChanges != outputChanges) {
                return new OneAdapter(
                        input,
                        output,
                        Optional.of(inputChanges ? input : output),
                        "The adapter was trained with ensure_weight_tying: one delta for both ends.");
            }
            String apart = ensureTying
                    ? " It was trained with ensure_weight_tying, but what it holds for the two differs: on a base of 16 bits PEFT trains them apart."
                    : "";
            return new OneAdapter(input, output, Optional.empty(), Tying.reason(inputChanges, outputChanges) + apart);
        }

        /** PEFT trains rows of the one matrix; of a resized vocabulary it saves the other end too, as it was before. */
        private static boolean ownsRows(ParameterChange input, ParameterChange output, SameChange comparison)
                throws IOException {
            return input.endsInRows()
                    && (output.isNothing() && input.isRowsOnly()
                            || output.operations().isEmpty() && comparison.same(input.withoutRows(), output));
        }

        boolean touches() {
            return !input.isNothing() || !output.isNothing();
        }

        ParameterChange ofInput() {
            return change.orElse(input);
        }

        ParameterChange ofOutput() {
            return change.orElse(output);
        }
    }
}
