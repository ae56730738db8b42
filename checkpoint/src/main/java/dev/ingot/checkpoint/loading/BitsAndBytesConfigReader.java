package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.loading.QuantizationScheme.EightBit;
import dev.ingot.checkpoint.loading.QuantizationScheme.FourBit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads transformers' JSON of a BitsAndBytesConfig, with transformers' defaults for what is left out. */
final class BitsAndBytesConfigReader {
    private static final String WHAT = "the quantization config";
    private static final String HOLDER = "quantization_config";
    private static final Set<String> BESIDE = Set.of("dtype", "torch_dtype", "transformers_version");
    private static final Set<String> MEMBERS = Set.of(
            "load_in_4bit",
            "load_in_8bit",
            "_load_in_4bit",
            "_load_in_8bit",
            "quant_method",
            "bnb_4bit_quant_type",
            "bnb_4bit_use_double_quant",
            "bnb_4bit_compute_dtype",
            "bnb_4bit_quant_storage",
            "llm_int8_threshold",
            "llm_int8_skip_modules",
            "llm_int8_enable_fp32_cpu_offload",
            "llm_int8_has_fp16_weight");

    private final JsonObject own;
    private final JsonObject beside;

    private BitsAndBytesConfigReader(JsonObject own, JsonObject beside) {
        this.own = own;
        this.beside = beside;
    }

    static TrainingQuantization read(String text) {
        if (!text.strip().startsWith("{")) {
            throw refuse(
                    "name",
                    "'%s' is neither a JSON object nor a ready name.".formatted(shown(text.strip())),
                    "give a file, or one of " + String.join(", ", TrainingQuantization.readyNames()));
        }
        JsonObject json = Json.parseObject(text.getBytes(StandardCharsets.UTF_8), WHAT);
        Optional<JsonObject> held = json.object(HOLDER);
        if (held.isEmpty() && (json.has("model_type") || json.has("architectures"))) {
            throw refuse(
                    "absent",
                    "The config.json given as quantization config has no quantization_config.",
                    "give the BitsAndBytesConfig of the training script; a base's config.json holds none as a rule");
        }
        return new BitsAndBytesConfigReader(held.orElse(json), json).config(held.isEmpty());
    }

    private TrainingQuantization config(boolean bare) {
        for (String member : own.members().keySet()) {
            if (!MEMBERS.contains(member) && !(bare && BESIDE.contains(member))) {
                throw refuse(
                        "unknown-member",
                        "%s has '%s', which no BitsAndBytesConfig has.".formatted(capital(WHAT), shown(member)),
                        "remove it, or correct its name");
            }
        }
        String method = text("quant_method", "bitsandbytes");
        if (!method.equals("bitsandbytes")) {
            throw refuse(
                    "method",
                    "%s says quant_method '%s'; expected bitsandbytes.".formatted(capital(WHAT), shown(method)),
                    "name the quantized checkpoint as base, or its 16-bit original");
        }
        requireDType("bnb_4bit_compute_dtype");
        requireDType("bnb_4bit_quant_storage");
        number("llm_int8_threshold");
        bool("llm_int8_enable_fp32_cpu_offload", false);
        Optional<DType> dtype = dtype();
        return new TrainingQuantization(
                scheme(), skipModules(), dtype, dtype.isEmpty() && asksForConfigDType(), generation());
    }

    private QuantizationScheme scheme() {
        boolean four = loads("4bit");
        boolean eight = loads("8bit");
        if (four == eight) {
            throw refuse(
                    "bits",
                    "%s says %s."
                            .formatted(
                                    capital(WHAT),
                                    four
                                            ? "both load_in_4bit and load_in_8bit"
                                            : "neither load_in_4bit nor load_in_8bit"),
                    four
                            ? "leave one of them out"
                            : "set load_in_4bit, or say --trained-on stored if training quantized nothing");
        }
        String type = text("bnb_4bit_quant_type", "fp4");
        boolean twice = bool("bnb_4bit_use_double_quant", false);
        if (!type.equals("nf4") && !type.equals("fp4")) {
            throw refuse(
                    "quant-type",
                    "%s says bnb_4bit_quant_type '%s'; expected nf4 or fp4.".formatted(capital(WHAT), shown(type)),
                    "correct bnb_4bit_quant_type");
        }
        if (eight && bool("llm_int8_has_fp16_weight", false)) {
            throw refuse(
                    "fp16-weight",
                    "%s says llm_int8_has_fp16_weight: training kept the 16-bit weights.".formatted(capital(WHAT)),
                    "say --trained-on stored");
        }
        return four ? new FourBit(type, twice) : new EightBit();
    }

    /** {@code load_in_4bit}, which transformers writes once more with an underscore before it. */
    private boolean loads(String bits) {
        String name = "load_in_" + bits;
        boolean plain = bool(name, bool("_" + name, false));
        if (plain != bool("_" + name, plain)) {
            throw refuse(
                    "bits",
                    "%s says %s=%s and _%s=%s.".formatted(capital(WHAT), name, plain, name, !plain),
                    "correct " + name);
        }
        return plain;
    }

    private Optional<List<String>> skipModules() {
        JsonValue value = own.get("llm_int8_skip_modules").orElse(new JsonNull());
        if (value instanceof JsonNull) {
            return Optional.empty();
        }
        Optional<List<String>> names = value instanceof JsonArray array ? array.texts() : Optional.empty();
        return Optional.of(names.orElseThrow(() -> wrong("llm_int8_skip_modules", "a list of names, or null")));
    }

    private Optional<DType> dtype() {
        Optional<String> name = dtypeText().filter(text -> !text.equals("auto"));
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Optional<DType> dtype = DType.ofTorchName(name.get()).filter(DType::isMergeable);
        return Optional.of(dtype.orElseThrow(() -> wrong("dtype", "float16, bfloat16, float32 or auto")));
    }

    private boolean asksForConfigDType() {
        return dtypeText().isPresent();
    }

    private Optional<String> dtypeText() {
        Optional<String> both = beside.text("dtype").or(() -> beside.text("torch_dtype"));
        if (beside.has("dtype")
                && beside.has("torch_dtype")
                && !beside.text("torch_dtype").equals(both)) {
            throw refuse(
                    "dtype",
                    "%s has dtype and torch_dtype, and they differ.".formatted(capital(WHAT)),
                    "keep the one that training loaded the base with");
        }
        JsonObject inner = beside.object("text_config").orElse(JsonObject.empty());
        return both.or(() -> inner.text("dtype")).or(() -> inner.text("torch_dtype"));
    }

    private Optional<TransformersGeneration> generation() {
        Optional<JsonValue> value = beside.get("transformers_version").filter(json -> !(json instanceof JsonNull));
        if (value.isEmpty()) {
            return Optional.empty();
        }
        String version = value.get() instanceof JsonText text ? text.value() : "";
        return Optional.of(TransformersGeneration.ofVersion(version)
                .orElseThrow(() -> wrong("transformers_version", "a version such as 4.57.6 or 5.23.0")));
    }

    private boolean bool(String name, boolean otherwise) {
        return switch (own.get(name).orElse(new JsonNull())) {
            case JsonBool bool -> bool.value();
            case JsonNull none -> otherwise;
            default -> throw wrong(name, "true or false");
        };
    }

    private String text(String name, String otherwise) {
        return switch (own.get(name).orElse(new JsonNull())) {
            case JsonText text -> text.value();
            case JsonNull none -> otherwise;
            default -> throw wrong(name, "a text");
        };
    }

    private void number(String name) {
        JsonValue value = own.get(name).orElse(new JsonNull());
        if (!(value instanceof JsonNumber) && !(value instanceof JsonNull)) {
            throw wrong(name, "a number");
        }
    }

    private void requireDType(String name) {
        if (DType.ofTorchName(text(name, "float32")).isEmpty()) {
            throw wrong(name, "a dtype such as bfloat16");
        }
    }

    private RefusedInput wrong(String member, String expected) {
        JsonValue found = own.get(member).or(() -> beside.get(member)).orElse(new JsonNull());
        return refuse(
                "value",
                "%s says %s = %s; expected %s."
                        .formatted(capital(WHAT), member, shown(Json.writeCompact(found)), expected),
                "correct " + member);
    }

    private static RefusedInput refuse(String code, String sentence, String remedy) {
        return new RefusedInput("quantization-config." + code, sentence, remedy);
    }

    private static String capital(String what) {
        return Character.toUpperCase(what.charAt(0)) + what.substring(1);
    }

    private static String shown(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
