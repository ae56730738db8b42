package dev.ingot.checkpoint.names;

import java.util.Optional;

/**
 * A rule with the part of the model that it belongs to.
 *
 * @param owner model type or class whose rule it is
 * @param scope path of that part below the root's body; empty for a rule of the root, which sees whole names
 * @param prefix base_model_prefix of the root, which a name may have or lack
 */
record ScopedRule(String owner, RenameRule rule, Optional<String> scope, String prefix) {

    /** What becomes of a name; empty where it is outside of the scope or the rule does not match. */
    Optional<String> apply(String name) {
        return head(name)
                .flatMap(head -> rule.apply(name.substring(head.length())).map(rest -> head + rest));
    }

    /** As {@link RenameRule#cut}, with whole names. */
    Optional<RowCut> cut(String name) {
        return head(name)
                .flatMap(head -> rule.cut(name.substring(head.length()))
                        .map(cut -> new RowCut(
                                cut.names().stream().map(head::concat).toList(), cut.source(), cut.sources())));
    }

    boolean isGuard(String name) {
        return head(name)
                .filter(head -> rule.isGuard(name.substring(head.length())))
                .isPresent();
    }

    /** What is cut off before the rule looks at a name: with the root's prefix first, else without. */
    private Optional<String> head(String name) {
        if (scope.isEmpty()) {
            return Optional.of("");
        }
        String path = dotted(scope.get());
        String full = dotted(prefix) + path;
        if (name.startsWith(full)) {
            return Optional.of(full);
        }
        return name.startsWith(path) ? Optional.of(path) : Optional.empty();
    }

    private static String dotted(String path) {
        return path.isEmpty() ? "" : path + ".";
    }

    /** For people. */
    String text() {
        return owner + " " + rule.text();
    }
}
