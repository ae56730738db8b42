package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.adapter.AdapterKeys;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A key after PEFT's grammar, its wrappers' beginnings still in front.
 *
 * @param key whose module begins with whatever wraps the model
 * @param rules that applied so far
 */
record ParsedKey(AdapterKey key, List<String> rules) {
    private static final String PEFT = "base_model.model.";
    private static final String TUNER = "base_model.";
    private static final String INFIX = ".base_layer";

    static ParsedKey of(String raw, AdapterType type) {
        List<String> rules = new ArrayList<>();
        Wrappers.infixes(raw).forEach(infix -> rules.add(infix + " removed"));
        String bare = Wrappers.withoutInfixes(raw);
        String name = AdapterName.withoutSavedModule(bare);
        if (!name.equals(bare)) {
            rules.add("modules_to_save stands for its module");
        }
        Optional<AdapterKey> shared = shared(name, type);
        if (shared.isPresent()) {
            return new ParsedKey(renamed(shared.get(), raw, shared.get().module(), Role.SHARED), rules);
        }
        AdapterKey parsed = AdapterKeys.parse(name, type);
        String module = name.startsWith(PEFT) ? inside(parsed.module()) : parsed.module();
        boolean copy = parsed.role() == Role.WHOLE && module.contains(INFIX);
        if (copy || parsed.role() == Role.BASE_LAYER) {
            return new ParsedKey(renamed(parsed, raw, module.replace(INFIX, ""), Role.BASE_LAYER), rules);
        }
        return new ParsedKey(renamed(parsed, raw, module, parsed.role()), rules);
    }

    /** Tensors of all modules stand directly below PEFT's outermost object. */
    private static Optional<AdapterKey> shared(String name, AdapterType type) {
        int at = name.lastIndexOf(TUNER);
        return at < 0
                ? Optional.empty()
                : Optional.of(AdapterKeys.parse(name.substring(at), type)).filter(key -> key.role() == Role.SHARED);
    }

    /** A path inside of what PEFT wraps. */
    private static String inside(String module) {
        return module.isEmpty() ? PEFT.substring(0, PEFT.length() - 1) : PEFT + module;
    }

    /** Path of its module behind a beginning; empty where it has another. A parameter of the model itself has a path of no words. */
    Optional<String> behind(String lead) {
        String module = key.module();
        if (!hasModule()) {
            return Optional.empty();
        }
        if (module.startsWith(lead)) {
            return Optional.of(module.substring(lead.length()));
        }
        return !isFactor() && lead.equals(module + ".") ? Optional.of("") : Optional.empty();
    }

    private static AdapterKey renamed(AdapterKey key, String raw, String module, Role role) {
        return new AdapterKey(raw, module, role, key.parameter());
    }

    /** Whether it has a place of its own in the model. */
    boolean hasModule() {
        return key.role() != Role.SHARED;
    }

    /** Whether it changes a parameter, and is not a parameter itself. */
    boolean isFactor() {
        return switch (key.role()) {
            case WHOLE, ORIGINAL, BASE_LAYER, SHARED -> false;
            default -> true;
        };
    }
}
