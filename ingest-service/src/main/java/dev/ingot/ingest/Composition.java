package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Arrangement.RowsReplaced;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.TensorRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Puts what several adapters do to one parameter one after the other: a replacement first, then the operations in the order of the adapters. Nothing
 * that one of them brings is lost without a word: where it would be, the run is refused with {@code adapter.conflict}.
 *
 * @param own shape of the parameter in the base
 */
record Composition(String parameter, Shape own) {

    /** What one adapter does to the parameter. */
    record Part(Contribution adapter, ParameterChange change) {}

    /** All parts as one change. */
    ParameterChange of(List<Part> parts) throws IOException {
        List<Part> active =
                parts.stream().filter(part -> !part.change().isNothing()).toList();
        if (active.size() < 2) {
            return active.isEmpty() ? ParameterChange.NONE : active.getFirst().change();
        }
        Optional<Part> replacing = replacing(active);
        replacing.ifPresent(part -> requireSameShape(part, active));
        requireOtherRows(active);
        boolean mirror = active.stream()
                .allMatch(part ->
                        part.change().replacement().isEmpty() || part.change().mirror());
        List<Operation> operations = active.stream()
                .flatMap(part -> part.change().operations().stream())
                .toList();
        return new ParameterChange(replacing.flatMap(part -> part.change().replacement()), mirror, operations);
    }

    /** The one that brings the parameter whole; others may bring the same bytes, and none may come after a delta that it would drop. */
    private Optional<Part> replacing(List<Part> parts) throws IOException {
        Part found = null;
        Part delta = null;
        for (Part part : parts) {
            Optional<TensorRef> replacement = part.change().replacement();
            if (found != null && replacement.isPresent()) {
                requireEqual(found, part);
            } else if (replacement.isPresent()) {
                if (delta != null && !part.change().mirror()) {
                    throw refuse(
                            "%s adds to %s, and %s, which comes after it, brings all of it: what the first adds would be lost."
                                    .formatted(
                                            delta.adapter().name(),
                                            parameter,
                                            part.adapter().name()),
                            "name the one that brings the whole first");
                }
                found = part;
            }
            delta = part.change().operations().isEmpty() ? delta : part;
        }
        return Optional.ofNullable(found);
    }

    private void requireEqual(Part one, Part other) throws IOException {
        TensorRef a = one.change().replacement().orElseThrow();
        TensorRef b = other.change().replacement().orElseThrow();
        boolean same = one.adapter().tensors().equal(a, other.adapter().tensors(), b);
        if (!same && one.change().mirror() != other.change().mirror()) {
            boolean firstCopies = one.change().mirror();
            Part copying = firstCopies ? one : other;
            Part saved = firstCopies ? other : one;
            throw refuse(
                    "%s brings %s whole, and %s has a delta for another: its file holds a copy of the one that it was trained on."
                            .formatted(
                                    saved.adapter().name(),
                                    parameter,
                                    copying.adapter().name()),
                    "merge one of them, or train the second on what the first gives; where the delta is wanted on the saved one all the same,"
                            + " name that one first and save the other without the copy (save_pretrained(…, save_embedding_layers=False))");
        }
        if (!same) {
            throw refuse(
                    "%s and %s both bring %s whole, with different values; one of the two would be lost."
                            .formatted(one.adapter().name(), other.adapter().name(), parameter),
                    "merge one of them, or train the second on what the first gives");
        }
    }

    /** What was trained on another number of rows does not fit. */
    private void requireSameShape(Part replacing, List<Part> parts) {
        Shape shape = replacing.change().replacement().orElseThrow().shape();
        for (Part part : parts) {
            boolean ofBase = part.change().replacement().isEmpty();
            if (ofBase && !shape.equals(own)) {
                throw refuse(
                        "%s resizes %s from %s to %s, and %s was trained on the former."
                                .formatted(
                                        replacing.adapter().name(),
                                        parameter,
                                        own,
                                        shape,
                                        part.adapter().name()),
                        "train both on one vocabulary");
            }
        }
    }

    /** Rows of tokens are values, not deltas: two adapters may not both have trained one. */
    private void requireOtherRows(List<Part> parts) {
        Set<Integer> rows = new HashSet<>();
        List<RowsReplaced> seen = new ArrayList<>();
        for (Part part : parts) {
            for (RowsReplaced replaced : rowsOf(part).toList()) {
                boolean same = seen.contains(replaced);
                for (int row : replaced.indices()) {
                    if (!rows.add(row) && !same) {
                        throw refuse(
                                "%s brings row %d of %s, which an adapter before it brings as well."
                                        .formatted(part.adapter().name(), row, parameter),
                                "merge one of them");
                    }
                }
                seen.add(replaced);
            }
        }
    }

    private static Stream<RowsReplaced> rowsOf(Part part) {
        return part.change().operations().stream()
                .filter(Become.class::isInstance)
                .map(operation -> ((Become) operation).result())
                .filter(RowsReplaced.class::isInstance)
                .map(RowsReplaced.class::cast);
    }

    private static RefusedInput refuse(String sentence, String remedy) {
        return new RefusedInput("adapter.conflict", OrderRules.capitalized(sentence), remedy);
    }
}
