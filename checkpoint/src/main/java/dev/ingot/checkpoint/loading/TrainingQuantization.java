package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.loading.QuantizationScheme.EightBit;
import dev.ingot.checkpoint.loading.QuantizationScheme.FourBit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How training quantized its base while loading it: a BitsAndBytesConfig with what stood beside it.
 *
 * @param skipModules {@code llm_int8_skip_modules}; empty: transformers' defaults
 * @param dtype that training asked for; empty when it asked for none, or for the config's
 * @param dtypeOfConfig whether training asked for the dtype of the base's config ({@code "auto"})
 * @param generation of transformers that loaded the base, where it is said
 */
public record TrainingQuantization(
        QuantizationScheme scheme,
        Optional<List<String>> skipModules,
        Optional<DType> dtype,
        boolean dtypeOfConfig,
        Optional<TransformersGeneration> generation) {
    private static final Map<String, QuantizationScheme> READY = ready();

    public TrainingQuantization {
        skipModules = skipModules.map(List::copyOf);
    }

    /** Names that stand for the common configs: {@code nf4-double}. */
    public static List<String> readyNames() {
        return List.copyOf(READY.keySet());
    }

    /**
     * Reads a ready name, a BitsAndBytesConfig as transformers writes it, or a config.json that holds one.
     *
     * @throws dev.ingot.checkpoint.RefusedInput {@code quantization-config.…} when it contradicts itself or asks for what nobody knows
     */
    public static TrainingQuantization read(String text) {
        QuantizationScheme scheme = READY.get(text.strip());
        return scheme == null
                ? BitsAndBytesConfigReader.read(text)
                : new TrainingQuantization(scheme, Optional.empty(), Optional.empty(), false, Optional.empty());
    }

    private static Map<String, QuantizationScheme> ready() {
        Map<String, QuantizationScheme> ready = new LinkedHashMap<>();
        ready.put("nf4", new FourBit("nf4", false));
        ready.put("nf4-double", new FourBit("nf4", true));
        ready.put("fp4", new FourBit("fp4", false));
        ready.put("fp4-double", new FourBit("fp4", true));
        ready.put("int8", new EightBit());
        return ready;
    }
}
