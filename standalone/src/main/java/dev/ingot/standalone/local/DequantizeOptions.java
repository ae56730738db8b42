package dev.ingot.standalone.local;

import dev.ingot.pipeline.request.RunRequest.OutputDType;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a person asked for on the command line of {@code ingot dequantize}.
 *
 * @param base folder, {@code org/name}, {@code hf://…} or {@code s3://…}
 * @param quantizationConfig BitsAndBytesConfig as JSON, or a ready name, by which a 16-bit base is quantized while loading, and dequantized again
 * @param swapNibbles whether a 4-bit base has the first of two elements in the low nibble
 */
public record DequantizeOptions(
        String base,
        Path out,
        OutputDType dtype,
        Optional<String> quantizationConfig,
        boolean swapNibbles,
        long maxShardBytes,
        boolean provenance,
        int threads) {}
