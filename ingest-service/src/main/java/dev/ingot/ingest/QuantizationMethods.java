package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which quantized bases Ingot reads, and the refusal for every other. */
final class QuantizationMethods {
    private static final String EXPECTED =
            "expected 16 bit, bitsandbytes (NF4, FP4, LLM.int8), MXFP4, or FP8 with one scale per tile";
    private static final String COST = "; the merge then differs from training by that quantization's error";

    /** What {@code quant_method} says of a base that is read. */
    private static final Set<String> READ = Set.of("bitsandbytes", "mxfp4", "fp8");

    /** What the others store, by {@code quant_method}. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("gptq", "GPTQ: integers fitted to calibration data, with zero points"),
            Map.entry("awq", "AWQ: integers with zero points, of weights that were scaled by their activations"),
            Map.entry("compressed-tensors", "compressed-tensors: one of several schemes of llm-compressor"),
            Map.entry("hqq", "HQQ: integers with fitted zero points"),
            Map.entry("torchao", "torchao: tensor subclasses that only torch can read"),
            Map.entry("gguf", "GGUF: blocks of llama.cpp"),
            Map.entry("auto-round", "AutoRound: integers fitted to calibration data, with zero points"),
            Map.entry("fbgemm_fp8", "FP8 with one scale per row"),
            Map.entry("modelopt", "ModelOpt: FP8 or NVFP4"),
            Map.entry("nvfp4", "NVFP4: E2M1 in groups of 16 with FP8 scales"),
            Map.entry("mxfp8", "MXFP8: E4M3 or E5M2 in groups of 32"),
            Map.entry("quark", "Quark: one of several schemes of AMD"),
            Map.entry("aqlm", "AQLM: learned codebooks"),
            Map.entry("vptq", "VPTQ: learned codebooks"),
            Map.entry("quanto", "Quanto: tensor subclasses that only torch can read"),
            Map.entry("eetq", "EETQ: INT8 in a layout of its kernels"),
            Map.entry("bitnet", "BitNet: ternary weights, trained so"));

    /** Endings of names that only quantizers write, beside those that are companions of a parameter that is read. */
    private static final List<String> PARTS = List.of(
            ".SCB",
            ".weight_format",
            ".absmax",
            ".quant_map",
            ".nested_absmax",
            ".nested_quant_map",
            ".qweight",
            ".qzeros",
            ".weight_packed",
            ".weight_scale",
            ".W_q");

    /** Endings of names under which bytes are elements or scales. */
    private static final List<String> BYTE_PARTS = List.of(".weight", "_blocks", "_scales");

    private static final Set<DType> COPIED = Set.of(
            DType.F16,
            DType.BF16,
            DType.F32,
            DType.F64,
            DType.I8,
            DType.U8,
            DType.I16,
            DType.I32,
            DType.I64,
            DType.BOOL);

    private QuantizationMethods() {}

    /** RefusedInput {@code quantization.unsupported} for a folder of GGUF files. */
    static void requireSafetensors(FileSet files) throws IOException {
        List<String> names = files.list().stream().map(FileInfo::name).toList();
        if (names.stream().anyMatch(name -> name.endsWith(".safetensors") || name.endsWith(".bin"))) {
            return;
        }
        for (String name : names) {
            if (name.toLowerCase(Locale.ROOT).endsWith(".gguf")) {
                throw unsupported(
                        "%s is a GGUF file, in llama.cpp's own quantization; %s, as safetensors."
                                .formatted(name, EXPECTED),
                        "");
            }
        }
    }

    /** RefusedInput {@code quantization.unsupported} when config names a method that Ingot does not read. */
    static void requireReadable(ModelConfig config) {
        JsonObject quantization = config.quantization().orElse(JsonObject.empty());
        boolean old = quantization.has("load_in_4bit") || quantization.has("load_in_8bit");
        String method = quantization
                .text("quant_method")
                .orElse(quantization.members().isEmpty() || old ? "bitsandbytes" : "unknown")
                .toLowerCase(Locale.ROOT);
        if (!READ.contains(method)) {
            String what = OTHERS.containsKey(method) ? " (" + OTHERS.get(method) + ")" : "";
            throw unsupported(
                    "The base is quantized by '%s'%s; %s.".formatted(method, what, EXPECTED), original(config));
        }
    }

    /** RefusedInput {@code request.swap-nibbles} when a request speaks of the order of nibbles and the base has none. */
    static void requireUse(boolean swapNibbles, Collection<QuantizedParameter> quantized) {
        if (swapNibbles && quantized.stream().noneMatch(FourBit.class::isInstance)) {
            throw new RefusedInput(
                    "request.swap-nibbles",
                    "The request swaps nibbles, but no tensor of the base is packed in 4 bit by bitsandbytes.",
                    "leave --swap-nibbles (swapNibbles of a request) out, or check --base");
        }
    }

    /** RefusedInput when a tensor outside the quantized ones is of a kind that only a quantizer writes. */
    static void requirePlain(LocatedTensor tensor) {
        boolean part = PARTS.stream().anyMatch(tensor.name()::endsWith);
        boolean packedWeight = (tensor.dtype() == DType.U8 || tensor.dtype() == DType.I8)
                && BYTE_PARTS.stream().anyMatch(tensor.name()::endsWith);
        if (part || packedWeight || !COPIED.contains(tensor.dtype())) {
            throw unsupported(
                    "%s is %s of shape %s, which is part of a quantized weight that cannot be read%s; %s."
                            .formatted(tensor.name(), tensor.dtype(), tensor.shape(), lacking(tensor), EXPECTED),
                    "");
        }
    }

    private static String lacking(LocatedTensor tensor) {
        return tensor.dtype() == DType.F8_E4M3 ? " without " + tensor.name() + "_scale_inv beside it" : "";
    }

    /** What merging onto these parameters means: a sentence. */
    static String statement(Collection<QuantizedParameter> quantized) {
        return "Merged onto " + described(quantized) + ", which is what training saw.";
    }

    /** {@code the 4-bit base as bitsandbytes dequantizes it}. */
    static String described(Collection<QuantizedParameter> quantized) {
        Set<String> schemes = new TreeSet<>();
        quantized.forEach(parameter -> schemes.add(scheme(parameter)));
        return "the %s base as %s dequantizes it"
                .formatted(
                        String.join(" and ", schemes),
                        schemes.equals(Set.of("4-bit")) ? "bitsandbytes" : "transformers");
    }

    private static String scheme(QuantizedParameter parameter) {
        return switch (parameter) {
            case FourBit packed -> "4-bit";
            case QuantizedParameter.RowwiseInt8 rows -> "LLM.int8";
            case QuantizedParameter.MicroscaledFp4 groups -> "MXFP4";
            case QuantizedParameter.BlockScaledFp8 tiles -> "FP8";
        };
    }

    /** What config.json says that the quantized base was made of, in parentheses; empty when it does not say. */
    private static String original(ModelConfig config) {
        return config.json()
                .text("_name_or_path")
                .filter(name -> !name.isBlank())
                .map(name -> " (config.json was made from '" + name + "')")
                .orElse("");
    }

    private static RefusedInput unsupported(String sentence, String original) {
        return new RefusedInput(
                "quantization.unsupported", sentence, "name the 16-bit original of this base" + original + COST);
    }
}
