package dev.ingot.validate.family;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes the parts of a recipe, as one family has them.
 *
 * @param config of the model of text, complete
 * @param body that its names begin with, with a dot at the end
 * @param shapes of the checkpoint's tensors, by name
 */
record Parts(DecoderFamily family, JsonObject config, String body, Function<String, Optional<Shape>> shapes) {

    TensorNames names() {
        return family.names();
    }

    int whole(String name) {
        return FamilyConfig.whole(config, name);
    }

    int hidden() {
        return whole("hidden_size");
    }

    String layer(int index) {
        return body + names().layers() + "." + index + ".";
    }

    boolean has(String tensor) {
        return shapes.apply(tensor).isPresent();
    }

    boolean has(Trait trait) {
        return family.has(trait);
    }

    NormRecipe norm(String module) {
        return norm(module, hidden());
    }

    NormRecipe norm(String module, int width) {
        return switch (family.norms()) {
            case ROOT_MEAN_SQUARE -> NormRecipe.rootMeanSquare(module + ".weight", width, epsilon(), 0);
            case ROOT_MEAN_SQUARE_MINUS_ONE -> NormRecipe.rootMeanSquare(module + ".weight", width, epsilon(), 1);
            case LAYER -> NormRecipe.layer(module, width, epsilon());
        };
    }

    double epsilon() {
        return config.number("rms_norm_eps")
                .or(() -> config.number("layer_norm_epsilon"))
                .orElse(1e-6);
    }

    /** A norm that the family may not have: its name is empty then. */
    Optional<NormRecipe> optionalNorm(String prefix, String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(norm(prefix + name));
    }

    /** @param stored width of a Conv1D's matrix: the outputs of all projections that are fused in it */
    Linear linear(String module, long firstRow, long rows, long columns, long stored, boolean bias) {
        return has(Trait.CONV1D)
                ? Linear.conv1d(module, firstRow, rows, columns, stored, bias)
                : Linear.of(module, firstRow, rows, columns, bias);
    }

    Linear linear(String module, long rows, long columns, boolean bias) {
        return linear(module, 0, rows, columns, rows, bias);
    }

    Activation activation() {
        Optional<String> name = config.text("hidden_activation")
                .or(() -> config.text("hidden_act"))
                .or(() -> config.text("activation_function"));
        if (name.isEmpty()) {
            return family.activation();
        }
        Activation named = Activation.named(name.get())
                .orElseThrow(() -> new UnknownFamily("the activation '" + name.get() + "'"));
        return has(Trait.TANH_CALLED_GELU) && named == Activation.GELU ? Activation.GELU_TANH : named;
    }
}
