package dev.ingot.checkpoint.model;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.safetensors.ShardIndex;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A folder that holds what training had in memory, and not an adapter that PEFT exported: the trained tensors beside copies of the base's. */
public final class TrainingFolder {
    private static final Pattern TRAINED = Pattern.compile("\\.(?:lora_[^.]+|base_layer|modules_to_save)(?:\\.|$)");
    private static final Pattern SCALES =
            Pattern.compile("\\.weight\\.(?:absmax|quant_map|nested_absmax|nested_quant_map|quant_state\\..+|offset)$");

    private static final Pattern RANK_SHARD = Pattern.compile("^shard-\\d+-.+-\\d+-of-\\d+\\.safetensors$");

    private TrainingFolder() {}

    /** Whether there is no exported adapter in it. */
    public static boolean is(FileSet files) throws IOException {
        for (String name : WeightFiles.ADAPTER) {
            Optional<RangedFile> exported = files.open(name);
            if (exported.isPresent()) {
                exported.get().close();
                return false;
            }
        }
        return true;
    }

    /** Whether a tensor belongs to a packed copy of a weight, and says nothing by itself. */
    public static boolean isScale(String tensor) {
        return SCALES.matcher(tensor).find();
    }

    /**
     * The tensors of a checkpoint in safetensors, by its index or of its only file; empty when there is none, or when it holds no tensor of a model in
     * training. RefusedInput {@code training.several-checkpoints} when there are several files and no index.
     */
    static Optional<TensorCatalog> safetensors(FileSet files) throws IOException {
        List<String> names = files.list().stream()
                .map(FileInfo::name)
                .filter(name -> name.indexOf('/') < 0)
                .toList();
        List<String> saved =
                names.stream().filter(name -> name.endsWith(".safetensors")).toList();
        if (saved.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> shard =
                saved.stream().filter(name -> RANK_SHARD.matcher(name).find()).findFirst();
        if (shard.isPresent()) {
            throw new RefusedInput(
                    "training.unconsolidated",
                    "%s in %s is what one rank saved of each tensor with HuggingFaceStorageWriter; nothing in the folder says how many ranks there were."
                            .formatted(shard.get(), files.location()),
                    "consolidate it (enable_consolidation=True of that writer, or torch.distributed.checkpoint.HuggingFaceStorageReader and a save of the whole)");
        }
        boolean indexed = names.contains(ShardIndex.FILE);
        if (saved.size() > 1 && !indexed) {
            throw new RefusedInput(
                    "training.several-checkpoints",
                    "%s holds several files of safetensors and no %s: %s."
                            .formatted(files.location(), ShardIndex.FILE, String.join(", ", saved)),
                    "name a folder with one checkpoint, and with the index of one that was cut into shards");
        }
        Optional<TensorCatalog> catalog =
                indexed ? Optional.of(TensorCatalog.ofModel(files)) : TensorCatalog.ofFile(files, saved.getFirst());
        return catalog.filter(found -> found.tensors().keySet().stream()
                .anyMatch(name -> TRAINED.matcher(name).find()));
    }
}
