package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code adapter_config.json} as PEFT writes it. Rank and alpha of a LoRA have to be there; defaults of other absent members are PEFT's.
 *
 * <p>Patterns and lists in it name modules as the trained model has them, which a base's files may call otherwise: modules are asked for by the base's
 * names.
 *
 * @param json as it was read
 * @param weight that a run gives the adapter; the scale of a LoRA's modules is multiplied with it
 * @param onResidual whether the base at hand is already what the initialization left, so that nothing is taken out of it again
 * @param trained path in the trained model by path in the base, of every module for which the two differ
 * @param inMemory which one is meant where a training checkpoint holds several adapters by their names in PEFT's memory; empty where it need not be said
 */
public record AdapterConfig(
        JsonObject json, double weight, boolean onResidual, Map<String, String> trained, String inMemory) {
    public static final String FILE = "adapter_config.json";
    private static final String KASA = "kasa_config";
    private static final int MAX_BYTES = 4 << 20;
    private static final int DEFAULT_RANK = 8;
    private static final double DEFAULT_ALPHA = 8;

    public AdapterConfig {
        trained = Map.copyOf(trained);
    }

    /** Of an adapter that counts as it was trained, on the base that it was trained on, whose modules have the same names in the base. */
    public AdapterConfig(JsonObject json) {
        this(json, 1, false, Map.of(), "");
    }

    /** The same adapter with a weight. */
    public AdapterConfig weighted(double weight) {
        return new AdapterConfig(json, weight, onResidual, trained, inMemory);
    }

    /** The one of several adapters of a training checkpoint that has this name in PEFT's memory. */
    public AdapterConfig inMemory(String name) {
        return new AdapterConfig(json, weight, onResidual, trained, name);
    }

    private static RefusedInput missing(FileSet files) throws IOException {
        boolean isModel = files.list().stream().anyMatch(file -> file.name().equals(ModelConfig.FILE));
        return new RefusedInput(
                "adapter.no-config",
                files.location() + " has no adapter_config.json"
                        + (isModel
                                ? ", but a config.json as whole models have it: are base and adapter exchanged?"
                                : "."),
                "name the folder that PEFT's save_pretrained wrote, or give the LoRA config of a raw training checkpoint (--adapter-config FILE, adapterConfig in a request); rank and alpha are never guessed");
    }

    /** Reads the config of an adapter folder; RefusedInput {@code adapter.no-config} when there is none, {@code adapter.config} when a member that changes numbers is not what
     * PEFT writes. */
    public static AdapterConfig read(FileSet files) throws IOException {
        Optional<byte[]> text = SmallFiles.readSmall(files, FILE, MAX_BYTES);
        if (text.isEmpty()) {
            throw missing(files);
        }
        AdapterConfig config = new AdapterConfig(Json.parseObject(text.get(), FILE + " in " + files.location()));
        if (config.peftType().equals("LORA")) {
            ConfigTypes.require(config.json());
        }
        return config;
    }

    /** The same, for a base that calls modules otherwise than the trained model. */
    public AdapterConfig withTrained(Map<String, String> names) {
        return new AdapterConfig(json, weight, onResidual, names, inMemory);
    }

    /** Path in the trained model of a module, or of a parameter of one, by the base's name. */
    public String trainedName(String path) {
        String own = trained.get(path);
        int dot = path.lastIndexOf('.');
        if (own != null || dot < 0) {
            return own == null ? path : own;
        }
        String module = trained.get(path.substring(0, dot));
        return module == null ? path : module + path.substring(dot);
    }

    /** Upper case, {@code LORA} as a rule; empty when the file does not say. */
    public String peftType() {
        return json.text("peft_type").orElse("").toUpperCase(Locale.ROOT);
    }

    /** {@code CAUSAL_LM}, {@code SEQ_CLS}, …, or empty. */
    public String taskType() {
        return json.text("task_type").orElse("").toUpperCase(Locale.ROOT);
    }

    public Optional<String> baseModel() {
        return json.text("base_model_name_or_path").filter(name -> !name.isEmpty());
    }

    /** Global rank, before {@code rank_pattern}. */
    public int rank() {
        return (int) Math.clamp(json.integer("r").orElse((long) DEFAULT_RANK), 0L, Integer.MAX_VALUE);
    }

    /** Global alpha, before {@code alpha_pattern}. */
    public double alpha() {
        return json.number("lora_alpha").orElse(DEFAULT_ALPHA);
    }

    public boolean rsLora() {
        return json.bool("use_rslora").orElse(false);
    }

    public boolean ensureWeightTying() {
        return json.bool("ensure_weight_tying").orElse(false);
    }

    /** Whether a trained diagonal stands between the factors, and training dropped the smallest singular parts of the base before: KaSA. */
    public boolean isKasa() {
        return isSet(KASA);
    }

    /** {@code init_lora_weights}, a flag as {@code true} or {@code false}; empty when the file does not say. */
    public String initialization() {
        return json.text("init_lora_weights")
                .or(() -> json.bool("init_lora_weights").map(String::valueOf))
                .orElse("");
    }

    /** The same for a base that is already what the initialization left. */
    public AdapterConfig forResidual() {
        return new AdapterConfig(json, weight, true, trained, inMemory);
    }

    /**
     * Rank of a module.
     *
     * @param module path in the base model, without {@code base_model.model.}
     */
    public int rankOf(String module) {
        return firstMatch("rank_pattern", module)
                .map(value -> (int) Math.clamp((long) value.asDouble(), 0L, Integer.MAX_VALUE))
                .orElse(rank());
    }

    public double alphaOf(String module) {
        return firstMatch("alpha_pattern", module).map(JsonNumber::asDouble).orElse(alpha());
    }

    /**
     * What a module's B·A is multiplied with: {@code alpha / r}, or {@code alpha / sqrt(r)} with rsLoRA, times the adapter's weight; computed in double as Python does, then
     * rounded to the float32 in which torch multiplies.
     */
    public float scaleOf(String module) {
        double rank = rankOf(module);
        return (float) (alphaOf(module) / (rsLora() ? Math.sqrt(rank) : rank) * weight);
    }

    /** {@code LoRA r=16, alpha=32, rsLoRA}: for people. */
    public String summary() {
        if (!peftType().equals("LORA")) {
            String title = type().map(AdapterType::title).orElse(peftType());
            return json.integer("r")
                    .filter(r -> r > 0)
                    .map(r -> title + " r=" + r)
                    .orElse(title);
        }
        boolean patterns = isSet("rank_pattern") || isSet("alpha_pattern");
        return "LoRA r=%d, alpha=%s%s%s%s"
                .formatted(
                        rank(),
                        alpha() == Math.rint(alpha()) ? Long.toString((long) alpha()) : Double.toString(alpha()),
                        rsLora() ? ", rsLoRA" : "",
                        isSet("use_dora") ? ", DoRA" : "",
                        patterns ? ", by pattern" : "");
    }

    /** Whether a member is there and says something: not null, false, 0, "", [] or {}. */
    public boolean isSet(String member) {
        return json.get(member).map(AdapterConfig::saysSomething).orElse(false);
    }

    private static boolean saysSomething(JsonValue value) {
        return switch (value) {
            case JsonNull ignored -> false;
            case JsonBool bool -> bool.value();
            case JsonText text -> !text.value().isEmpty();
            case JsonNumber number -> number.asDouble() != 0;
            case JsonArray array -> !array.values().isEmpty();
            case JsonObject object -> !object.members().isEmpty();
        };
    }

    public TargetModules targetModules() {
        return TargetModules.of(json.get("target_modules"), this::trainedName).in(TransformedLayers.of(json));
    }

    /** Parameters that are wrapped by themselves. */
    public TargetParameters targetParameters() {
        return TargetParameters.of(json, trained);
    }

    /** Modules that another member names in the way of target_modules. */
    public TargetModules modules(String member) {
        return TargetModules.of(json.get(member), this::trainedName);
    }

    /** Names in {@code modules_to_save}. */
    public List<String> modulesToSave() {
        return json.array("modules_to_save").flatMap(JsonArray::texts).orElse(List.of());
    }

    /** The type, where PEFT can merge it. */
    public Optional<AdapterType> type() {
        return AdapterType.of(peftType());
    }

    /** A number, or {@code otherwise} where the file has none of that name. */
    public double number(String member, double otherwise) {
        return json.number(member).orElse(otherwise);
    }

    /** What the first pattern of {@code member} that matches a module says of it. */
    public Optional<Double> patterned(String member, String module) {
        return firstMatch(member, module).map(JsonNumber::asDouble);
    }

    private Optional<JsonNumber> firstMatch(String member, String module) {
        String name = trainedName(module);
        return json.object(member).map(JsonObject::members).orElse(Map.of()).entrySet().stream()
                .filter(entry -> NamePattern.ofEnd(member, entry.getKey()).matches(name))
                .map(Map.Entry::getValue)
                .filter(JsonNumber.class::isInstance)
                .map(JsonNumber.class::cast)
                .findFirst();
    }
}
