package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what is quantized in a checkpoint: by keys that only quantizers write, so that any parameter may or may not be quantized, whatever config.json
 * says. Reads headers, quant_states and code maps, nothing else.
 */
public final class QuantizedParameters {
    private QuantizedParameters() {}

    /**
     * By the parameter's name.
     *
     * @param lowNibbleFirst whether 4-bit tensors have the first of two elements in the low nibble; no file says so
     * @throws dev.ingot.checkpoint.RefusedInput {@code quantization.*} when a companion is missing, does not fit, or has a layout that is not read
     */
    public static Map<String, QuantizedParameter> find(
            FileSet files, TensorCatalog catalog, ModelConfig config, boolean lowNibbleFirst) throws IOException {
        Checkpoint checkpoint = new Checkpoint(files, catalog, config, lowNibbleFirst);
        List<QuantizedParameter> found = new ArrayList<>(new FourBitReader(checkpoint).read());
        found.addAll(new Int8Reader(checkpoint).read());
        found.addAll(new MicroscaledReader(checkpoint).read());
        found.addAll(new BlockScaledReader(checkpoint).read());
        return byName(catalog, found);
    }

    private static Map<String, QuantizedParameter> byName(TensorCatalog catalog, List<QuantizedParameter> found) {
        Map<String, QuantizedParameter> byName = new LinkedHashMap<>();
        Map<String, String> owners = new HashMap<>();
        for (QuantizedParameter parameter : found) {
            claim(owners, parameter, parameter.payload());
            parameter.companions().forEach(companion -> claim(owners, parameter, companion));
            boolean plainToo = !parameter.payload().name().equals(parameter.name()) && catalog.has(parameter.name());
            if (plainToo || byName.put(parameter.name(), parameter) != null) {
                throw Refusals.damaged("duplicate", parameter.name(), "is in the checkpoint twice");
            }
        }
        return byName;
    }

    private static void claim(Map<String, String> owners, QuantizedParameter parameter, LocatedTensor part) {
        String other = owners.put(part.name(), parameter.name());
        if (other != null) {
            throw Refusals.damaged(
                    "duplicate",
                    part.name(),
                    "belongs to %s and to %s; expected one".formatted(other, parameter.name()));
        }
    }
}
