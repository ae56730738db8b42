package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.model.Embeddings;
import java.util.List;
import java.util.Map;

/** What {@code modules_to_save} says was trained whole and saved: PEFT does not load an adapter that lacks a part of it. */
final class SavedModules {
    private static final int SHOWN = 3;

    private SavedModules() {}

    /** RefusedInput {@code adapter.saved-module-missing} for parameters of such a module that the base has and no adapter brings. */
    static void require(AdapterConfig config, BaseModel model, Map<String, ParameterChange> changes) {
        for (String module : config.modulesToSave()) {
            List<String> lost = model.parameters().keySet().stream()
                    .filter(name -> isOf(module, name))
                    .filter(name -> !changes.containsKey(name) && !isTiedToChanged(config, model, name, changes))
                    .toList();
            if (!lost.isEmpty()) {
                throw new RefusedInput(
                        "adapter.saved-module-missing",
                        "modules_to_save in adapter_config.json names %s, but the adapter has nothing for %s: what was trained of it was lost."
                                .formatted(module, String.join(", ", lost.subList(0, Math.min(SHOWN, lost.size())))),
                        "save the adapter again with PEFT's save_pretrained; take " + module
                                + " out of modules_to_save only if it was not trained");
            }
        }
    }

    /** Whether a parameter stands in a module of this name, at the end of a path as PEFT finds it, or below one. */
    private static boolean isOf(String module, String parameter) {
        return ("." + parameter).contains("." + module + ".");
    }

    private static boolean isTiedToChanged(
            AdapterConfig config, BaseModel model, String name, Map<String, ParameterChange> changes) {
        boolean shared = config.ensureWeightTying() || model.isTied();
        return shared
                && model.ends()
                        .filter(ends -> otherIsChanged(ends, name, changes))
                        .isPresent();
    }

    private static boolean otherIsChanged(Embeddings ends, String name, Map<String, ParameterChange> changes) {
        return ends.input().equals(name) && changes.containsKey(ends.output())
                || ends.output().equals(name) && changes.containsKey(ends.input());
    }
}
