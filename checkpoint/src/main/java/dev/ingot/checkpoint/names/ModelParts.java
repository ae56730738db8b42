package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.RenameTable.ModelClass;
import dev.ingot.checkpoint.names.RenameTable.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the rules of a model and of the models inside it, as transformers walks through its modules. */
final class ModelParts {
    private final RenameTable table;
    private final ModelConfig config;
    private final String prefix;
    private final Map<String, List<String>> seen = new HashMap<>();
    private final List<ScopedRule> rules = new ArrayList<>();

    private ModelParts(RenameTable table, ModelConfig config, String prefix) {
        this.table = table;
        this.config = config;
        this.prefix = prefix;
    }

    /** All rules in the order in which they apply; those that hold for every model come last. */
    static List<ScopedRule> rules(RenameTable table, ModelConfig config) {
        ModelClass root = table.classOf(config.architecture()).orElse(ModelClass.UNKNOWN);
        ModelParts walk = new ModelParts(table, config, root.prefix());
        walk.visit("", config.architecture(), config.modelType());
        walk.visitAll(root.parts(), "");
        table.rulesOf(RenameTable.LEGACY)
                .orElse(List.of())
                .forEach(rule -> walk.rules.add(new ScopedRule(RenameTable.LEGACY, rule, Optional.empty(), "")));
        return List.copyOf(walk.rules);
    }

    private void visitAll(List<Part> parts, String above) {
        String replaced = "";
        for (Part part : parts) {
            String path = above + part.path();
            if (!replaced.isEmpty() && path.startsWith(replaced + ".")) {
                continue;
            }
            String type = typeOf(part, above);
            if (type.equals(part.modelType())) {
                visit(path, part.name(), type);
            } else {
                replaced = path;
                String body = table.bodyOf(type).orElse("");
                visit(path, body, type);
                visitAll(table.classOf(body).orElse(ModelClass.UNKNOWN).parts(), path + ".");
            }
        }
    }

    /** The type that config.json gives a part; the table was made with the config's defaults. */
    private String typeOf(Part part, String above) {
        if (part.config().isEmpty() || !above.isEmpty()) {
            return part.modelType();
        }
        Optional<JsonObject> json = Optional.of(config.json());
        for (String member : part.config().split("\\.")) {
            json = json.flatMap(outer -> outer.object(member));
        }
        return json.flatMap(own -> own.text("model_type")).orElse(part.modelType());
    }

    /** Class before model type; whoever claimed a name keeps everything below it from claiming it again. */
    private void visit(String path, String name, String type) {
        if (isClaimed(name, path)) {
            return;
        }
        Optional<List<RenameRule>> ofClass = table.rulesOf(name);
        if (ofClass.isEmpty() && (type.isEmpty() || isClaimed(type, path))) {
            return;
        }
        Optional<List<RenameRule>> found = ofClass.or(() -> table.rulesOf(type));
        if (found.isEmpty()) {
            return;
        }
        Optional<String> scope = path.isEmpty() ? Optional.empty() : Optional.of(scope(path));
        String owner = ofClass.isPresent() ? name : type;
        found.get().forEach(rule -> rules.add(new ScopedRule(owner, rule, scope, prefix)));
        claim(name, path);
        if (ofClass.isEmpty()) {
            claim(type, path);
        }
    }

    private String scope(String path) {
        String below = path.startsWith(prefix) ? path.substring(prefix.length()) : path;
        return below.startsWith(".") ? below.substring(1) : below;
    }

    private boolean isClaimed(String name, String path) {
        return seen.getOrDefault(name, List.of()).stream()
                .anyMatch(above -> above.isEmpty() || path.startsWith(above + "."));
    }

    private void claim(String name, String path) {
        seen.computeIfAbsent(name, ignored -> new ArrayList<>()).add(path);
    }
}
