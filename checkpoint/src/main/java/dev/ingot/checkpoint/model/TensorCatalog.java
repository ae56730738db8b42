package dev.ingot.checkpoint.model;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.assembly.Assembly;
import dev.ingot.checkpoint.raw.RawFolders;
import dev.ingot.checkpoint.raw.RawTensors;
import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.ShardIndex;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every tensor of a model folder or adapter, read from headers alone.
 *
 * @param location of the file set, for messages
 * @param tensors by name, in natural order of the file's own layout
 */
public record TensorCatalog(String location, Map<String, LocatedTensor> tensors) {
    private static final String SINGLE = "model.safetensors";
    private static final String TORCH_INDEX = "pytorch_model.bin.index.json";
    private static final String TORCH_SINGLE = "pytorch_model.bin";

    private static final List<String> BESIDE_ADAPTER = List.of(
            "non_lora_trainables.bin", "non_lora_state_dict.bin", "non_lora_trainables.safetensors", "mm_projector.bin");

    /** Beginnings of what trainers save with torch.save beside the weights. */
    private static final List<String> NO_WEIGHTS =
            List.of("training_args", "optimizer", "scheduler", "rng_state", "random_states", "scaler", "sampler");

    /** One file of several: its number, and how many there are. */
    private static final Pattern SHARD =
            Pattern.compile("(model|pytorch_model)-\\d{5}-of-(\\d{5})\\.(?:safetensors|bin)");

    /** Endings of what torch.save wrote. */
    private static final List<String> TORCH = List.of(".bin", ".pt", ".pth", ".ckpt");

    public TensorCatalog {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    public Optional<LocatedTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /**
     * The tensors of a model: of the first of {@link WeightFiles#MODEL} that is there, which is the one that transformers loads. RefusedInput
     * {@code base.no-weights} when it has none.
     */
    public static TensorCatalog ofModel(FileSet files) throws IOException {
        for (String name : WeightFiles.MODEL) {
            Optional<TensorCatalog> found = read(files, name);
            if (found.isPresent()) {
                return found.get();
            }
        }
        requireNoShards(files);
        throw new RefusedInput(
                "base.no-weights",
                "%s has neither %s nor %s, nor the same as %s."
                        .formatted(files.location(), SINGLE, ShardIndex.FILE, TORCH_SINGLE),
                "name the folder of a Hugging Face checkpoint");
    }

    /** Of a file with tensors, or of those that an index names; empty when there is none of that name. */
    static Optional<TensorCatalog> read(FileSet files, String name) throws IOException {
        Optional<ShardIndex> index = WeightFiles.index(files, name);
        return index.isPresent() ? Optional.of(ofIndex(files, index.get())) : ofFile(files, name);
    }

    /** RefusedInput {@code base.no-index} for shards without the file that says what they hold, and which are part of the checkpoint. */
    private static void requireNoShards(FileSet files) throws IOException {
        List<String> shards = files.list().stream()
                .map(FileInfo::name)
                .filter(name -> SHARD.matcher(name).matches())
                .sorted()
                .toList();
        if (shards.isEmpty()) {
            return;
        }
        Matcher last = SHARD.matcher(shards.getLast());
        boolean torch = last.matches() && last.group(1).startsWith("pytorch");
        int all = Integer.parseInt(last.group(2));
        throw new RefusedInput(
                "base.no-index",
                "%s has %d of %d shards (%s%s), but no %s, which says what they hold."
                        .formatted(
                                files.location(),
                                shards.size(),
                                all,
                                shards.getFirst(),
                                shards.size() > 1 ? ", …" : "",
                                torch ? TORCH_INDEX : ShardIndex.FILE),
                shards.size() < all
                        ? "download the checkpoint again: shards are missing too"
                        : "download that file beside them, from where they came");
    }

    /** Whether a file of this name holds the adapter of a folder that PEFT saved. */
    public static boolean isAdapter(String file) {
        return WeightFiles.ADAPTER.contains(file);
    }

    /**
     * The tensors of an adapter that PEFT saved, as safetensors or with torch.save, or of a training checkpoint, under the names that stand there; and of
     * the {@code non_lora_*.bin} or {@code mm_projector.bin} that trainers of VLMs put beside it. Empty when there is no such file.
     */
    public static Optional<TensorCatalog> ofAdapter(FileSet files) throws IOException {
        Optional<TensorCatalog> adapter = Optional.empty();
        for (String name : WeightFiles.ADAPTER) {
            adapter = adapter.isPresent() ? adapter : ofFile(files, name);
        }
        if (adapter.isEmpty()) {
            adapter = TrainingFolder.safetensors(files);
        }
        if (adapter.isEmpty()) {
            adapter = ofTraining(files);
        }
        if (adapter.isEmpty()) {
            return adapter;
        }
        Map<String, LocatedTensor> tensors = new LinkedHashMap<>(adapter.get().tensors());
        for (String name : BESIDE_ADAPTER) {
            Optional<TensorCatalog> beside = ofFile(files, name);
            if (beside.isPresent()) {
                beside.get().tensors().values().forEach(tensor -> addBeside(tensors, tensor));
            }
        }
        return Optional.of(new TensorCatalog(files.location(), tensors));
    }

    /**
     * The tensors of the training checkpoint in a folder: DeepSpeed's, torch.distributed.checkpoint's, verl's files of each rank, or the only file of
     * torch.save. Empty when there is none; RefusedInput {@code training.*} when there are several, or one that cannot be put together.
     */
    public static Optional<TensorCatalog> ofTraining(FileSet files) throws IOException {
        Optional<Assembly> assembly = RawFolders.find(files);
        if (assembly.isPresent()) {
            Map<String, LocatedTensor> tensors = new LinkedHashMap<>();
            addAssembled(tensors, assembly.get());
            return Optional.of(new TensorCatalog(files.location(), tensors));
        }
        List<String> saved = files.list().stream()
                .map(FileInfo::name)
                .filter(name -> name.indexOf('/') < 0 && TORCH.stream().anyMatch(name::endsWith))
                .filter(name ->
                        !BESIDE_ADAPTER.contains(name) && NO_WEIGHTS.stream().noneMatch(name::startsWith))
                .toList();
        if (saved.size() > 1) {
            throw new RefusedInput(
                    "training.several-checkpoints",
                    "%s holds several files of torch.save: %s.".formatted(files.location(), String.join(", ", saved)),
                    "leave the one with the weights in the folder, or name a folder with it alone");
        }
        return saved.isEmpty() ? Optional.empty() : ofFile(files, saved.getFirst());
    }

    private static void addAssembled(Map<String, LocatedTensor> tensors, Assembly assembly) {
        assembly.entries().forEach(entry -> tensors.put(entry.name(), new LocatedTensor(assembly.file(), entry)));
    }

    private static void addBeside(Map<String, LocatedTensor> tensors, LocatedTensor tensor) {
        LocatedTensor other = tensors.put(tensor.name(), tensor);
        if (other != null) {
            throw new RefusedInput(
                    "adapter.two-sources",
                    "%s stands both in %s and in %s."
                            .formatted(
                                    tensor.name(),
                                    other.file().name(),
                                    tensor.file().name()),
                    "remove it from one of them: nobody says which was trained last");
        }
    }

    /** The tensors of one file, by its name safetensors or what torch.save wrote; empty when there is no such file. */
    public static Optional<TensorCatalog> ofFile(FileSet files, String name) throws IOException {
        return TORCH.stream().anyMatch(name::endsWith) ? ofTorch(files, name) : ofSafetensors(files, name);
    }

    private static Optional<TensorCatalog> ofTorch(FileSet files, String name) throws IOException {
        return RawTensors.ofFile(files, name).map(raw -> {
            Map<String, LocatedTensor> tensors = new LinkedHashMap<>();
            raw.whole().forEach(entry -> tensors.put(entry.name(), new LocatedTensor(raw.file(), entry)));
            FileInfo assembled = raw.assembly().file();
            raw.assembly().entries().forEach(entry -> tensors.put(entry.name(), new LocatedTensor(assembled, entry)));
            return new TensorCatalog(files.location(), tensors);
        });
    }

    private static Optional<TensorCatalog> ofSafetensors(FileSet files, String name) throws IOException {
        Optional<RangedFile> opened = files.open(name);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (RangedFile file = opened.get()) {
            Map<String, LocatedTensor> tensors = new LinkedHashMap<>();
            for (TensorEntry entry : SafetensorsFile.read(file).tensors()) {
                tensors.put(entry.name(), new LocatedTensor(file.info(), entry));
            }
            return Optional.of(new TensorCatalog(files.location(), tensors));
        }
    }

    private static TensorCatalog ofIndex(FileSet files, ShardIndex index) throws IOException {
        Map<String, LocatedTensor> tensors = new LinkedHashMap<>();
        for (String file : index.files()) {
            TensorCatalog shard = ofFile(files, file).orElseThrow(() -> missingShard(files, file));
            shard.tensors().values().forEach(tensor -> add(tensors, index, file, tensor));
        }
        requireAll(files, index, tensors);
        return new TensorCatalog(files.location(), tensors);
    }

    private static void add(Map<String, LocatedTensor> tensors, ShardIndex index, String file, LocatedTensor tensor) {
        String expected = index.fileOf().get(tensor.name());
        if (!file.equals(expected)) {
            throw new RefusedInput(
                    "index.disagrees",
                    "%s holds %s, but the index %s."
                            .formatted(
                                    file,
                                    tensor.name(),
                                    expected == null ? "does not know it" : "puts it in " + expected),
                    "download the checkpoint again: its index and its shards are from different saves");
        }
        tensors.put(tensor.name(), tensor);
    }

    private static void requireAll(FileSet files, ShardIndex index, Map<String, LocatedTensor> tensors) {
        List<String> absent = index.fileOf().keySet().stream()
                .filter(name -> !tensors.containsKey(name))
                .toList();
        if (!absent.isEmpty()) {
            Map<String, String> sorted = new TreeMap<>(index.fileOf());
            String first = absent.getFirst();
            throw new RefusedInput(
                    "index.disagrees",
                    "The index of %s names %d tensors that its shards do not hold, %s in %s first."
                            .formatted(files.location(), absent.size(), first, sorted.get(first)),
                    "download the checkpoint again: its index and its shards are from different saves");
        }
    }

    private static RefusedInput missingShard(FileSet files, String file) {
        return new RefusedInput(
                "index.missing-shard",
                "The index of %s names %s, which is not there.".formatted(files.location(), file),
                "download " + file + ", or the whole checkpoint, again");
    }

    /** The distinct files that hold the tensors. */
    public List<FileInfo> files() {
        return tensors.values().stream().map(LocatedTensor::file).distinct().toList();
    }
}
