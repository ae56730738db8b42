package dev.ingot.validate;

import dev.ingot.arithmetic.LowRankDelta;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.ModuleDelta;
import dev.ingot.validate.weights.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A merge by the scalar reference, into memory, so that a test can do something wrong with it before it is written. */
final class ReferenceMerge {
    final Tensors tensors = new Tensors();
    JsonObject config;
    private final Path base;
    private final boolean roundsDeltas;

    private ReferenceMerge(Path base, boolean roundsDeltas) throws IOException {
        this.base = base;
        this.roundsDeltas = roundsDeltas;
        this.config = ModelConfig.read(FolderFiles.of(base)).json().without(List.of("quantization_config"));
    }

    /** What a wrong merge does with the deltas, by module. */
    interface Mistake {
        Map<String, ModuleDelta> make(Map<String, ModuleDelta> deltas);
    }

    static ReferenceMerge of(Path base, Path adapter) throws IOException {
        return of(base, adapter, deltas -> deltas);
    }

    static ReferenceMerge of(Path base, Path adapter, Mistake mistake) throws IOException {
        return of(base, adapter, mistake, false);
    }

    /** As PEFT does it where base and adapter are in 16 bit: the delta is rounded before it is added. */
    static ReferenceMerge withRoundedDeltas(Path base, Path adapter) throws IOException {
        return of(base, adapter, deltas -> deltas, true);
    }

    private static ReferenceMerge of(Path base, Path adapter, Mistake mistake, boolean roundsDeltas)
            throws IOException {
        ReferenceMerge merge = new ReferenceMerge(base, roundsDeltas);
        FolderFiles files = FolderFiles.of(base);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files);
                AdapterFolder folder = AdapterFolder.open(FolderFiles.of(adapter))) {
            TrainedModel trained = TrainedModel.of(weights, ModelConfig.read(files), folder);
            TrainedModel.Ends ends = trained.ends();
            boolean untie = ends.tied() && !trained.endsMayBeEqual();
            for (String tensor : new TreeSet<>(trained.tensors())) {
                if (tensor.equals(ends.outputTensor()) && ends.tied() && !untie) {
                    continue;
                }
                merge.add(tensor, trained, mistake.make(new LinkedHashMap<>(trained.deltas())));
            }
            if (untie) {
                merge.config = merge.config.with(List.of("tie_word_embeddings"), new JsonBool(false));
            }
        }
        return merge;
    }

    private void add(String tensor, TrainedModel trained, Map<String, ModuleDelta> deltas) throws IOException {
        Shape shape = trained.weights().shape(tensor).orElseThrow();
        float[] values = new float[(int) shape.elements()];
        trained.weights().floats(tensor, 0, values, values.length);
        ModuleDelta delta = deltas.get(tensor.replaceFirst("\\.weight$", ""));
        if (delta != null) {
            float[] added = new float[values.length];
            LowRankDelta.add(
                    added,
                    factor(delta, delta.left(), delta.leftTransposed(), delta.rows(), delta.rank()),
                    factor(delta, delta.right(), delta.rightTransposed(), delta.rank(), delta.columns()),
                    (int) delta.rows(),
                    delta.rank(),
                    (int) delta.columns(),
                    delta.scale());
            for (int i = 0; i < values.length; i++) {
                values[i] += addend(trained.weights().dtype(tensor), added[i]);
            }
        }
        tensors.put(tensor, trained.weights().dtype(tensor), shape, values);
    }

    private float addend(DType dtype, float delta) {
        return roundsDeltas ? Rounding.to(dtype, delta) : delta;
    }

    private static float[] factor(ModuleDelta delta, String name, boolean transposed, long rows, long columns)
            throws IOException {
        float[] stored = new float[(int) (rows * columns)];
        delta.source().floats(name, 0, stored, stored.length);
        if (!transposed) {
            return stored;
        }
        float[] turned = new float[stored.length];
        for (int i = 0; i < turned.length; i++) {
            turned[i] = stored[(int) (i % columns * rows + i / columns)];
        }
        return turned;
    }

    /** Writes the checkpoint into a new folder. */
    Path write(Path out) throws IOException {
        Files.createDirectories(out);
        tensors.write(out.resolve("model.safetensors"));
        Files.writeString(out.resolve("config.json"), Json.write(config));
        if (Files.exists(base.resolve("tokenizer.json"))) {
            Files.copy(base.resolve("tokenizer.json"), out.resolve("tokenizer.json"));
        }
        return out;
    }
}
