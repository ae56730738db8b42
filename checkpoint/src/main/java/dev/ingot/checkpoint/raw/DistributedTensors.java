package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.assembly.AssembledTensor;
import dev.ingot.checkpoint.assembly.Assembly;
import dev.ingot.checkpoint.assembly.Block;
import dev.ingot.checkpoint.raw.DistributedMetadata.Chunk;
import dev.ingot.checkpoint.raw.DistributedMetadata.Saved;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.checkpoint.torch.StateDict;
import dev.ingot.checkpoint.torch.StridedTensor;
import dev.ingot.checkpoint.torch.TorchFile;
import dev.ingot.checkpoint.torch.TorchTensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The weights of a torch.distributed.checkpoint: every chunk is a whole torch.save file inside a {@code .distcp} file, or such a file is one of safetensors
 * with a tensor for each chunk.
 */
final class DistributedTensors {
    private static final Pattern DATA = Pattern.compile("__\\d+_\\d+\\.distcp");
    private static final int MAX_CHUNKS = 16_384;
    private static final int MAX_DEPTH = 4;

    private final FileSet files;
    private final String folder;
    private final Map<String, RangedFile> open = new HashMap<>();
    private final Map<String, Optional<SafetensorsShard>> shards = new HashMap<>();
    private final Map<String, FileInfo> used = new LinkedHashMap<>();

    private DistributedTensors(FileSet files, String folder) {
        this.files = files;
        this.folder = folder;
    }

    /** Folders of a set with data of such a checkpoint. */
    static List<String> folders(FileSet files) throws IOException {
        return Folders.with(files, DATA);
    }

    /** Reads metadata and the headers of all chunks of weights; RefusedInput {@code dcp.*}, {@code torch.*}, {@code zip.*} or {@code pickle.*}. */
    static Assembly read(FileSet files, String folder) throws IOException {
        DistributedMetadata metadata = DistributedMetadata.read(files, folder)
                .orElseThrow(() -> new RefusedInput(
                        "dcp.no-metadata",
                        "'%s' in %s has .distcp files, but no %s."
                                .formatted(folder, files.location(), DistributedMetadata.FILE),
                        "copy the folder again with its hidden file " + DistributedMetadata.FILE));
        DistributedTensors reader = new DistributedTensors(files, folder);
        reader.used.put(metadata.file().name(), metadata.file());
        try {
            List<AssembledTensor> tensors = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (Saved saved : weights(metadata)) {
                if (!names.add(saved.name())) {
                    throw DistributedMetadata.refuse(
                            metadata.file(), "duplicate-name", "names " + saved.name() + " twice");
                }
                tensors.add(reader.tensor(metadata.file(), saved));
            }
            return Assembly.of(folder, tensors, reader.used.values());
        } finally {
            for (RangedFile file : reader.open.values()) {
                file.close();
            }
        }
    }

    /**
     * What is under {@code model} or another container of weights, without that name; everything where there is no such container. A name that all have in front, as of
     * the one object of an application's state, is descended first.
     */
    private static List<Saved> weights(DistributedMetadata metadata) {
        List<Saved> all = metadata.tensors();
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            TreeSet<String> first = new TreeSet<>();
            all.stream().filter(saved -> saved.path().size() > 1).forEach(saved -> first.add(saved.path().getFirst()));
            List<String> containers =
                    StateDict.CONTAINERS.stream().filter(first::contains).toList();
            if (containers.size() > 1) {
                throw DistributedMetadata.refuse(
                        metadata.file(),
                        "several-models",
                        "has several mappings that could be the weights: " + String.join(", ", containers));
            }
            boolean wrapped = first.size() == 1 && all.stream().allMatch(saved -> saved.path().size() > 1);
            if (containers.isEmpty() && !wrapped) {
                return all;
            }
            all = below(containers.isEmpty() ? first.first() : containers.getFirst(), all);
        }
        return all;
    }

    private static List<Saved> below(String container, List<Saved> all) {
        return all.stream()
                .filter(saved ->
                        saved.path().size() > 1 && saved.path().getFirst().equals(container))
                .map(saved -> new Saved(
                        saved.key(),
                        saved.path().subList(1, saved.path().size()),
                        saved.dtype(),
                        saved.shape(),
                        saved.chunks()))
                .toList();
    }

    private AssembledTensor tensor(FileInfo metadata, Saved saved) throws IOException {
        if (saved.chunks().size() > MAX_CHUNKS) {
            throw DistributedMetadata.refuse(metadata, "too-large", "cuts " + saved.name() + " in too many chunks");
        }
        List<Block> blocks = new ArrayList<>();
        for (Chunk chunk : saved.chunks()) {
            StridedTensor item = item(metadata, saved, chunk);
            if (item.shape().elements() > 0) {
                blocks.add(item.block(chunk.offsets()));
            }
        }
        if (!Tiling.fills(saved.shape(), blocks)) {
            throw DistributedMetadata.refuse(
                    metadata, "chunks", "cuts %s in chunks that overlap or leave gaps".formatted(saved.name()));
        }
        return new AssembledTensor(saved.name(), saved.dtype(), saved.shape(), saved.shape(), blocks);
    }

    private StridedTensor item(FileInfo metadata, Saved saved, Chunk chunk) throws IOException {
        RangedFile file = file(metadata, Folders.in(folder, chunk.relativePath()));
        long size = file.info().size();
        if (chunk.position() > size || chunk.length() > size - chunk.position()) {
            throw DistributedMetadata.refuse(
                    file.info(), "truncated", "ends before the chunk of %s does".formatted(saved.name()));
        }
        StridedTensor tensor = stored(file, saved, chunk);
        if (tensor.dtype() != saved.dtype() || !tensor.shape().dims().equals(chunk.sizes())) {
            throw DistributedMetadata.refuse(
                    file.info(),
                    "chunks",
                    "holds a chunk of %s of %s in %s; its metadata says %s in %s"
                            .formatted(saved.name(), tensor.shape(), tensor.dtype(), chunk.sizes(), saved.dtype()));
        }
        return tensor;
    }

    private StridedTensor stored(RangedFile file, Saved saved, Chunk chunk) throws IOException {
        Optional<SafetensorsShard> shard = shard(file);
        if (shard.isPresent()) {
            return shard.get().chunk(saved.key(), chunk.offsets());
        }
        TorchFile torch = TorchFile.read(file, chunk.position(), chunk.position() + chunk.length());
        return new TorchTensors(torch).tensor(saved.name(), torch.root());
    }

    private Optional<SafetensorsShard> shard(RangedFile file) throws IOException {
        Optional<SafetensorsShard> known = shards.get(file.info().name());
        if (known == null) {
            known = SafetensorsShard.read(file);
            shards.put(file.info().name(), known);
        }
        return known;
    }

    private RangedFile file(FileInfo metadata, String name) throws IOException {
        RangedFile known = open.get(name);
        if (known == null) {
            known = files.open(name)
                    .orElseThrow(() -> DistributedMetadata.refuse(
                            metadata, "missing-file", "names " + name + ", which is not there"));
            open.put(name, known);
            used.put(name, known.info());
        }
        return known;
    }
}
