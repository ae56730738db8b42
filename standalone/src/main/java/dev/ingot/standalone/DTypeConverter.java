package dev.ingot.standalone;

import dev.ingot.pipeline.request.RunRequest.OutputDType;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;

/** Reads a dtype by torch's name or by the short one that people say. */
final class DTypeConverter implements ITypeConverter<OutputDType> {
    @Override
    public OutputDType convert(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> OutputDType.AUTO;
            case "float16", "fp16", "f16", "half" -> OutputDType.FLOAT16;
            case "bfloat16", "bf16" -> OutputDType.BFLOAT16;
            case "float32", "fp32", "f32" -> OutputDType.FLOAT32;
            default -> throw Words.none(name, List.of("auto", "float16", "bfloat16", "float32"));
        };
    }
}
