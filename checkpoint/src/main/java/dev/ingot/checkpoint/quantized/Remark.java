package dev.ingot.checkpoint.quantized;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What a person should know of how quantized tensors were read: damage that was read around, and what a file does not say for certain. */
public enum Remark {
    SCALES_TRANSPOSED(
            "scales saved transposed, in bfloat16",
            "was saved after inference on a CPU: its scales stand transposed and rounded to bfloat16. They were turned back; what the rounding took is lost."),
    STORAGE_DISAGREES(
            "storage dtype differs from config.json's",
            "is stored in another dtype than bnb_4bit_quant_storage in config.json says. It was read by its raw bytes; transformers would cast it and so destroy it."),
    TYPE_DISAGREES(
            "4-bit type differs from config.json's",
            "is packed as another 4-bit type than quantization_config in config.json says. It was read by what it records itself, as bitsandbytes reads it."),
    NESTING_DISAGREES(
            "double quantization differs from config.json's",
            "disagrees with bnb_4bit_use_double_quant in config.json on whether its scales are quantized too. It was read by what it records itself, as bitsandbytes"
                    + " reads it."),
    NESTED_SCALES_ROUNDED(
            "scales quantized from 16 bit",
            "has scales whose own quantization was done in 16 bit (nested_dtype), as after inference on a CPU. They were restored in that dtype."),
    CODE_MAP_DIFFERS(
            "code map differs in the last digits",
            "carries a code map that differs from bitsandbytes' constants in the last digits. The constants were used, as bitsandbytes itself does."),
    UNKNOWN_STATE(
            "quant_state has unknown members", "has members in its quant_state that Ingot does not know and ignored."),
    SHAPE_FROM_BIAS(
            "shape taken from the bias",
            "does not record its shape; it was taken from the bias and the number of packed elements."),
    LOW_NIBBLE_FIRST(
            "read with the low nibble first",
            "was read with the first of two elements in the low nibble, as the request says; no mark in the file confirms it."),
    DTYPE_ASSUMED(
            "dtype assumed",
            "belongs to a model whose config.json names no dtype; it was dequantized to the dtype in which the quantizer's own tools work.");

    private final String rule;
    private final String sentence;

    Remark(String rule, String sentence) {
        this.rule = rule;
        this.sentence = sentence;
    }

    /** A few words, for a ledger entry. */
    public String rule() {
        return rule;
    }

    /** A sentence per remark that any of {@code parameters} has, with their number and the first by name. */
    public static List<String> sentences(Collection<? extends QuantizedParameter> parameters) {
        List<String> sentences = new ArrayList<>();
        for (Remark remark : values()) {
            List<String> names = parameters.stream()
                    .filter(parameter -> parameter.remarks().contains(remark))
                    .map(QuantizedParameter::name)
                    .toList();
            if (names.size() == 1) {
                sentences.add(names.getFirst() + " of the base " + remark.sentence);
            } else if (!names.isEmpty()) {
                sentences.add("%s of the base, like %d more tensors, %s"
                        .formatted(names.getFirst(), names.size() - 1, remark.sentence));
            }
        }
        return sentences;
    }
}
