package dev.ingot.dequant;

import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.checkpoint.quantized.QuantizedParameters;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.plan.Value.NestedAbsmax;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Stored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan that copies the quantized tensors of one safetensors file, and some of its plain ones. */
final class OraclePlan {
    private OraclePlan() {}

    /** Every quantized tensor of the file, by name. */
    static Map<String, Packed4Bit> values(FileSet files, String name) throws IOException {
        TensorCatalog catalog = TensorCatalog.ofFile(files, name).orElseThrow();
        Map<String, Packed4Bit> values = new LinkedHashMap<>();
        ModelConfig config = new ModelConfig(JsonObject.empty());
        for (QuantizedParameter parameter :
                QuantizedParameters.find(files, catalog, config, false).values()) {
            values.put(parameter.name(), value((FourBit) parameter));
        }
        return values;
    }

    private static Packed4Bit value(FourBit tensor) {
        QuantState state = tensor.state();
        return new Packed4Bit(
                ref(tensor.payload()),
                state.quantType(),
                state.blocksize(),
                false,
                ref(tensor.absmax()),
                state.nested()
                        .map(nested -> new NestedAbsmax(
                                ref(tensor.nested().orElseThrow().map()),
                                ref(tensor.nested().orElseThrow().absmax()),
                                nested.blocksize(),
                                nested.dtype(),
                                nested.offset())),
                state.dtype(),
                tensor.stored());
    }

    static Plan of(String run, FileSet files, String name) throws IOException {
        FileInfo info;
        try (var file = files.open(name).orElseThrow()) {
            info = file.info();
        }
        List<OutputTensor> outputs = new ArrayList<>();
        values(files, name)
                .forEach((tensor, value) ->
                        outputs.add(new OutputTensor(tensor, value.dtype(), value.shape(), value, List.of())));
        TensorCatalog.ofFile(files, name).orElseThrow().tensors().values().stream()
                .filter(tensor -> tensor.name().startsWith("expected."))
                .map(tensor -> new Stored(ref(tensor), tensor.dtype()))
                .forEach(value -> outputs.add(
                        new OutputTensor(value.tensor().name(), value.dtype(), value.shape(), value, List.of())));
        return of(run, new InputFile(InputRole.BASE, files.location(), name, info.size(), info.identity()), outputs);
    }

    /** A plan of one shard, from one file. */
    static Plan of(String run, InputFile input, List<OutputTensor> outputs) {
        return new Plan(
                Plan.SCHEMA,
                new RunRef("team", run),
                "llama",
                "LlamaForCausalLM",
                List.of(input),
                List.of(new OutputShard(1, "model.safetensors", outputs)),
                List.of(),
                new TyingDecision(false, false, "", "", "untied before and after", List.of()),
                new BaseStatement(BaseStatement.Kind.PACKED, true, "packed"),
                List.of(),
                "{}",
                List.of(),
                List.of(),
                "LoRA",
                new Estimate(1, 1, 1),
                false,
                List.of());
    }

    static TensorRef ref(LocatedTensor tensor) {
        return new TensorRef(
                0,
                tensor.name(),
                tensor.dtype(),
                tensor.shape(),
                tensor.entry().offset(),
                tensor.entry().length());
    }
}
