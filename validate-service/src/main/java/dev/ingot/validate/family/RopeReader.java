package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads rotary frequencies from config.json as transformers 5 does: a {@code rope_scaling} replaces {@code rope_parameters}, whose {@code rope_theta}
 * goes before the one at the top. Formulas as in transformers' rope initialization functions.
 */
final class RopeReader {
    private static final double DEFAULT_THETA = 10_000;
    private static final String BASE = "rope_theta";
    private static final String TRAINED = "original_max_position_embeddings";

    private final JsonObject config;
    private final JsonObject parameters;
    private final boolean isPartlyTurned;

    /** @param sliding whether the layer has a window: families with both kinds turn them differently */
    static RopeReader of(Parts parts, boolean sliding) {
        return new RopeReader(parts.config(), sliding, parts.has(Trait.PARTLY_TURNED));
    }

    /** @param isPartlyTurned whether {@code partial_rotary_factor} is read where nothing is scaled */
    RopeReader(JsonObject config, boolean sliding, boolean isPartlyTurned) {
        this.config = config;
        this.parameters = parametersOf(config, sliding);
        this.isPartlyTurned = isPartlyTurned;
    }

    private static JsonObject parametersOf(JsonObject config, boolean sliding) {
        Optional<JsonObject> all = config.object("rope_parameters");
        Optional<JsonObject> scaling =
                config.object("rope_scaling").filter(object -> !object.members().isEmpty());
        String kind = sliding ? "sliding_attention" : "full_attention";
        Optional<JsonObject> own = all.flatMap(each -> each.object(kind));
        Optional<JsonValue> local =
                config.number("rope_local_base_freq").flatMap(number -> config.get("rope_local_base_freq"));
        if (local.isPresent()) {
            // Gemma 3, whose older configs scale the layers with full attention alone
            JsonObject stated = own.orElse(JsonObject.empty());
            return sliding
                    ? together(JsonObject.empty().with(List.of(BASE), local.get()), stated)
                    : together(stated, scaling.orElse(JsonObject.empty()));
        }
        Optional<JsonObject> stated = scaling.or(() -> all);
        return stated.flatMap(each -> each.object(kind)).or(() -> stated).orElse(JsonObject.empty());
    }

    private static JsonObject together(JsonObject stated, JsonObject more) {
        Map<String, JsonValue> both = new LinkedHashMap<>(stated.members());
        both.putAll(more.members());
        return new JsonObject(both);
    }

    /** What the config says about positions of this kind of layer, in {@code rope_parameters} or {@code rope_scaling}. */
    JsonObject parameters() {
        return parameters;
    }

    /** @param width of one head */
    Rope read(int width) {
        double share = number("partial_rotary_factor").orElse(1.0);
        int turned = (int) (width * share);
        return switch (type()) {
            // Qwen's mrope turns by three positions, which are one for text
            case "default", "mrope" -> Rope.constant(plain(isPartlyTurned ? turned : width, theta()), 1);
            case "linear" -> Rope.constant(divided(plain(turned, theta()), required("factor")), 1);
            case "proportional" -> Rope.constant(proportional(width, share), 1);
            case "llama3" -> Rope.constant(llama3(plain(turned, theta())), 1);
            case "dynamic" -> dynamic(turned);
            case "yarn" -> yarn(turned);
            case "longrope", "su" -> longrope(turned);
            default -> throw new UnknownFamily("rope scaling '" + type() + "'");
        };
    }

    /** Phi-3 once called longrope yarn. */
    private String type() {
        String type =
                parameters.text("rope_type").or(() -> parameters.text("type")).orElse("default");
        return type.equals("yarn") && parameters.has("short_factor") ? "longrope" : type;
    }

    private double theta() {
        return number(BASE).orElse(DEFAULT_THETA);
    }

    private Optional<Double> number(String name) {
        return parameters.number(name).or(() -> config.number(name));
    }

    private static float[] plain(int width, double theta) {
        float[] frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / power(theta, 2 * i, width);
        }
        return frequencies;
    }

    /** {@code theta ^ (index / width)} in float32. */
    private static float power(double theta, int index, int width) {
        return (float) Math.pow(theta, index / (float) width);
    }

    private static float[] divided(float[] frequencies, double factor) {
        float[] scaled = new float[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (frequencies[i] / factor);
        }
        return scaled;
    }

    /** All pairs of a head, of which the first {@code share} turn. */
    private float[] proportional(int width, double share) {
        float[] frequencies = new float[width / 2];
        int turning = (int) (Math.floor(share * width / 2));
        for (int i = 0; i < turning; i++) {
            frequencies[i] = 1 / power(theta(), 2 * i, width);
        }
        return divided(frequencies, parameters.number("factor").orElse(1.0));
    }

    private float[] llama3(float[] frequencies) {
        double factor = required("factor");
        double low = required("low_freq_factor");
        double high = required("high_freq_factor");
        double trained = trained();
        float[] scaled = new float[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            double wavelength = 2 * Math.PI / frequencies[i];
            double smooth = Math.clamp((trained / wavelength - low) / (high - low), 0, 1);
            scaled[i] = (float) ((1 - smooth) * frequencies[i] / factor + smooth * frequencies[i]);
        }
        return scaled;
    }

    /** A text that is longer than the model was trained on stretches the base. */
    private Rope dynamic(int width) {
        double factor = required("factor");
        double longest = longest();
        double theta = theta();
        float[] usual = plain(width, theta);
        return new Rope(
                usual.length,
                length -> {
                    double stretch = factor * length / longest - (factor - 1);
                    return length <= longest
                            ? usual
                            : plain(width, theta * Math.pow(stretch, width / (double) (width - 2)));
                },
                1);
    }

    /** Peng et al. 2023, arXiv:2309.00071. */
    private Rope yarn(int width) {
        double trained = trained();
        double factor = parameters.number("factor").orElse(longest() / trained);
        double low = turnsAt(parameters.number("beta_fast").orElse(32.0), width, trained);
        double high = turnsAt(parameters.number("beta_slow").orElse(1.0), width, trained);
        if (parameters.bool("truncate").orElse(true)) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, width - 1);
        double range = high == low ? 0.001 : high - low;
        float[] frequencies = plain(width, theta());
        for (int i = 0; i < frequencies.length; i++) {
            double stretched = Math.clamp((i - low) / range, 0, 1);
            frequencies[i] = (float) (frequencies[i] / factor * stretched + frequencies[i] * (1 - stretched));
        }
        return Rope.constant(frequencies, yarnFactor(factor));
    }

    /** The pair that turns so often within the trained length. */
    private double turnsAt(double turns, int width, double trained) {
        return width * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(theta()));
    }

    private float yarnFactor(double factor) {
        Optional<Double> given = parameters.number("attention_factor");
        if (given.isPresent()) {
            return given.get().floatValue();
        }
        double scale = parameters.number("mscale").orElse(0.0);
        double all = parameters.number("mscale_all_dim").orElse(0.0);
        return (float) (scale != 0 && all != 0 ? growth(factor, scale) / growth(factor, all) : growth(factor, 1));
    }

    private static double growth(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    /** Ding et al. 2024, arXiv:2402.13753: a factor per pair, of which there is one set for texts of the trained length and one for longer ones. */
    private Rope longrope(int width) {
        double trained = trained();
        double factor = parameters.number("factor").orElse(longest() / trained);
        double usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
        float[] brief = divided(width, "short_factor");
        float[] extended = divided(width, "long_factor");
        return new Rope(
                brief.length,
                length -> length > trained ? extended : brief,
                parameters.number("attention_factor").orElse(usual).floatValue());
    }

    private float[] divided(int width, String name) {
        List<Double> factors = parameters.array(name).map(JsonArray::values).orElse(List.of()).stream()
                .filter(JsonNumber.class::isInstance)
                .map(value -> ((JsonNumber) value).asDouble())
                .toList();
        float[] frequencies = new float[width / 2];
        if (factors.size() != frequencies.length) {
            throw new UnknownFamily("rope scaling with %d numbers in %s instead of %d"
                    .formatted(factors.size(), name, frequencies.length));
        }
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / (factors.get(i).floatValue() * power(theta(), 2 * i, width));
        }
        return frequencies;
    }

    /** Positions that training saw: a config's own number goes before the one among the parameters, as for Phi-3. */
    private double trained() {
        return config.number(TRAINED)
                .or(() -> parameters.number(TRAINED))
                .or(() -> config.number("max_position_embeddings"))
                .orElseThrow(() -> new UnknownFamily("rope scaling without " + TRAINED));
    }

    private double longest() {
        return config.number("max_position_embeddings")
                .orElseThrow(() -> new UnknownFamily("rope scaling without max_position_embeddings"));
    }

    private double required(String name) {
        return parameters.number(name).orElseThrow(() -> new UnknownFamily("rope scaling without " + name));
    }
}
