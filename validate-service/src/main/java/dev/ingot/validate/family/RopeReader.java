package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * Reads rotary frequencies from config.json: {@code rope_parameters} (transformers 5) or {@code rope_theta} with {@code rope_scaling} (4). Formulas
 * as in transformers' rope initialization functions.
 */
final class RopeReader {
    private static final double DEFAULT_THETA = 10_000;

    private final JsonObject config;
    private final JsonObject parameters;

    /** @param sliding whether the layer has a window: families with both kinds turn them differently */
    RopeReader(JsonObject config, boolean sliding) {
        this.config = config;
        this.parameters = parametersOf(config, sliding);
    }

    private static JsonObject parametersOf(JsonObject config, boolean sliding) {
        Optional<JsonObject> all = config.object("rope_parameters");
        Optional<JsonObject> own = all.flatMap(each -> each.object(sliding ? "sliding_attention" : "full_attention"));
        if (own.isPresent()) {
            return own.get();
        }
        Optional<Double> local = config.number("rope_local_base_freq");
        if (sliding && local.isPresent()) {
            return JsonObject.empty()
                    .with(List.of("rope_theta"), new JsonNumber(local.get().toString()));
        }
        return all.or(() -> config.object("rope_scaling")).orElse(JsonObject.empty());
    }

    /** @param width of one head */
    Rope read(int width) {
        double share = parameters
                .number("partial_rotary_factor")
                .or(() -> config.number("partial_rotary_factor"))
                .orElse(1.0);
        float[] frequencies = plain((int) (width * share));
        String type =
                parameters.text("rope_type").or(() -> parameters.text("type")).orElse("default");
        return switch (type) {
            // dynamic stretches only beyond the trained length, which evaluation windows never exceed
            case "default", "dynamic" -> new Rope(frequencies, 1);
            case "linear" -> new Rope(linear(frequencies, required("factor")), 1);
            case "llama3" -> new Rope(llama3(frequencies), 1);
            default -> throw new UnknownFamily("rope scaling '" + type + "'");
        };
    }

    private float[] plain(int width) {
        double theta = parameters
                .number("rope_theta")
                .or(() -> config.number("rope_theta"))
                .orElse(DEFAULT_THETA);
        float[] frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / (float) Math.pow(theta, 2.0 * i / width);
        }
        return frequencies;
    }

    private static float[] linear(float[] frequencies, double factor) {
        float[] scaled = new float[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (frequencies[i] / factor);
        }
        return scaled;
    }

    private float[] llama3(float[] frequencies) {
        double factor = required("factor");
        double low = required("low_freq_factor");
        double high = required("high_freq_factor");
        double trained = required("original_max_position_embeddings");
        float[] scaled = new float[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            double wavelength = 2 * Math.PI / frequencies[i];
            double smooth = Math.clamp((trained / wavelength - low) / (high - low), 0, 1);
            scaled[i] = (float) ((1 - smooth) * frequencies[i] / factor + smooth * frequencies[i]);
        }
        return scaled;
    }

    private double required(String name) {
        return parameters.number(name).orElseThrow(() -> new UnknownFamily("rope scaling without " + name));
    }
}
