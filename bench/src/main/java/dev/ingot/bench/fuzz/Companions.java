package dev.ingot.bench.fuzz;

import dev.ingot.bench.fuzz.EditableFile.Tensor;
import java.util.List;

/** Which tensors belong to a quantized one, by their names. */
final class Companions {
    static final String STATE = ".quant_state.bitsandbytes__";

    private static final List<String> ENDINGS = List.of(
            ".absmax",
            ".nested_absmax",
            ".nested_quant_map",
            ".SCB",
            "_scale_inv",
            "_blocks",
            "_scales",
            ".lora_A.weight",
            ".lora_B.weight",
            ".lora_embedding_A",
            ".lora_embedding_B");

    private Companions() {}

    /** Whether a checkpoint that lacks this tensor alone cannot be whole. */
    static boolean isRequired(String name) {
        return name.contains(STATE) || ENDINGS.stream().anyMatch(name::endsWith);
    }

    static boolean isState(Tensor tensor) {
        return tensor.name.contains(STATE);
    }

    /** Whether its bytes are floating-point numbers, not 4-bit codes that are only viewed as such. */
    static boolean holdsNumbers(Tensor tensor) {
        boolean column = tensor.shape.size() == 2 && tensor.shape.getLast() == 1;
        return List.of("F16", "BF16", "F32").contains(tensor.dtype) && !column;
    }
}
