package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.pickle.PickleInput;
import dev.ingot.checkpoint.pickle.PickleMapping;
import dev.ingot.checkpoint.pickle.PickleObject;
import dev.ingot.checkpoint.pickle.PickleReader;
import dev.ingot.checkpoint.pickle.PickleSequence;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.checkpoint.torch.TorchValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code .metadata} of a torch.distributed.checkpoint: a pickle of which tensors there are, in which chunks, and where each chunk is stored.
 *
 * @param file of the pickle
 * @param tensors every tensor of what was saved, in the pickle's order
 */
record DistributedMetadata(FileInfo file, List<Saved> tensors) {
    static final String FILE = ".metadata";

    private static final long MAX_BYTES = 256L << 20;

    /**
     * One tensor.
     *
     * @param key under which its chunks are stored: the whole path, joined by dots
     * @param path of names from what was saved to it; a name may have dots in it
     */
    record Saved(String key, List<String> path, DType dtype, Shape shape, List<Chunk> chunks) {
        String name() {
            return String.join(".", path);
        }
    }

    /**
     * A box of a tensor, stored as an item of its own.
     *
     * @param relativePath of the file in the checkpoint's folder
     * @param position and length of the item in it, in bytes
     */
    record Chunk(List<Long> offsets, List<Long> sizes, String relativePath, long position, long length) {}

    private record Key(String name, List<Long> offsets) {}

    private record Item(String relativePath, long position, long length) {}

    DistributedMetadata {
        tensors = List.copyOf(tensors);
    }

    /** Reads it, or empty when the folder has none; RefusedInput {@code dcp.*} when it is not as torch writes it. */
    static Optional<DistributedMetadata> read(FileSet files, String folder) throws IOException {
        Optional<RangedFile> opened = files.open(Folders.in(folder, FILE));
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (RangedFile file = opened.get()) {
            if (file.info().size() > MAX_BYTES) {
                throw refuse(file.info(), "too-large", "has more than " + MAX_BYTES + " bytes");
            }
            PickleValue root =
                    PickleReader.read(new PickleInput(file, 0, file.info().size()));
            if (!(root instanceof PickleObject metadata)
                    || !metadata.className().endsWith(".Metadata")) {
                throw refuse(file.info(), "metadata", "is " + root.described() + ", not the metadata of a checkpoint");
            }
            return Optional.of(new DistributedMetadata(file.info(), new Reader(file.info(), metadata).tensors()));
        }
    }

    static RefusedInput refuse(FileInfo file, String code, String why) {
        return new RefusedInput(
                "dcp." + code,
                file.name() + " " + why + ".",
                "copy the folder again with all its files, or convert it with `python -m torch.distributed.checkpoint.format_utils dcp_to_torch`");
    }

    private static final class Reader {
        private final FileInfo file;
        private final PickleObject metadata;
        private final Map<Key, Item> items = new HashMap<>();

        Reader(FileInfo file, PickleObject metadata) {
            this.file = file;
            this.metadata = metadata;
        }

        List<Saved> tensors() {
            readItems();
            PickleMapping paths = TorchValues.mappingOrEmpty(metadata.member("planner_data"));
            Map<String, List<String>> pathOf = new HashMap<>();
            for (int i = 0; i < paths.size(); i++) {
                pathOf.put(String.valueOf(paths.key(i).text()), path(paths.value(i)));
            }
            PickleMapping saved = TorchValues.mappingOrEmpty(metadata.member("state_dict_metadata"));
            List<Saved> tensors = new ArrayList<>();
            for (int i = 0; i < saved.size(); i++) {
                String name = saved.key(i).text();
                if (name == null) {
                    throw refuse("metadata", "has a tensor without name");
                }
                if (saved.value(i) instanceof PickleObject object
                        && object.className().endsWith(".TensorStorageMetadata")) {
                    List<String> path = pathOf.getOrDefault(name, List.of());
                    tensors.add(tensor(name, path.isEmpty() ? List.of(name) : path, object));
                }
            }
            return tensors;
        }

        /** Empty where it is not made of texts alone. */
        private static List<String> path(PickleValue value) {
            List<String> path = new ArrayList<>();
            if (value instanceof PickleSequence sequence) {
                for (PickleValue item : sequence.items()) {
                    String name = item instanceof Whole(long index) ? Long.toString(index) : item.text();
                    if (name == null) {
                        return List.of();
                    }
                    path.add(name);
                }
            }
            return path;
        }

        private void readItems() {
            PickleMapping storage = TorchValues.mappingOrEmpty(metadata.member("storage_data"));
            for (int i = 0; i < storage.size(); i++) {
                if (!(storage.key(i) instanceof PickleObject index)
                        || !(storage.value(i) instanceof PickleObject info)) {
                    throw refuse("metadata", "has storage data that is not torch's");
                }
                String name = index.member("fqn").map(PickleValue::text).orElse("");
                List<Long> offsets =
                        index.member("offset").flatMap(TorchValues::wholes).orElse(List.of());
                if (!TorchValues.items(info.member("transform_descriptors")).isEmpty()) {
                    throw refuse("transformed", "says that " + name + " is stored compressed or transformed");
                }
                items.put(new Key(name, offsets), item(name, info));
            }
        }

        private Item item(String name, PickleObject info) {
            String path = info.member("relative_path").map(PickleValue::text).orElse("");
            boolean plain = !path.isEmpty()
                    && !path.startsWith(".")
                    && path.length() <= 255
                    && path.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
            if (!plain) {
                throw refuse("file-name", "says that " + name + " is in something that is no plain file name");
            }
            return new Item(path, whole(name, info, "offset"), whole(name, info, "length"));
        }

        private long whole(String name, PickleObject info, String member) {
            return info.member(member)
                    .flatMap(TorchValues::whole)
                    .filter(value -> value >= 0)
                    .orElseThrow(() -> refuse("metadata", "has no " + member + " for " + name));
        }

        private Saved tensor(String name, List<String> path, PickleObject object) {
            List<Long> size = wholes(name, object, "size");
            DType dtype = object.member("properties")
                    .filter(PickleObject.class::isInstance)
                    .flatMap(properties -> dtype((PickleObject) properties))
                    .orElseThrow(() -> refuse("dtype", "says nothing that is known of the dtype of " + name));
            List<Chunk> chunks = new ArrayList<>();
            for (PickleValue value : TorchValues.items(object.member("chunks"))) {
                if (!(value instanceof PickleObject chunk)) {
                    throw refuse("metadata", "has a chunk of " + name + " that is none");
                }
                chunks.add(chunk(name, chunk));
            }
            try {
                return new Saved(name, path, dtype, new Shape(size), chunks);
            } catch (ArithmeticException e) {
                throw refuse("metadata", "says that " + name + " has the shape " + size + ", which overflows");
            }
        }

        /** dtype is the first of the state's tuple. */
        private static Optional<DType> dtype(PickleObject properties) {
            return TorchValues.items(properties.state()).stream()
                    .findFirst()
                    .flatMap(TorchValues::dtype)
                    .or(() -> properties.member("dtype").flatMap(TorchValues::dtype));
        }

        private Chunk chunk(String name, PickleObject chunk) {
            List<Long> offsets = wholes(name, chunk, "offsets");
            List<Long> sizes = wholes(name, chunk, "sizes");
            Item item = items.get(new Key(name, offsets));
            if (item == null) {
                item = items.get(new Key(name, List.of()));
            }
            if (item == null) {
                throw refuse("missing-chunk", "does not say where the chunk of %s at %s is".formatted(name, offsets));
            }
            return new Chunk(offsets, sizes, item.relativePath(), item.position(), item.length());
        }

        private List<Long> wholes(String name, PickleObject object, String member) {
            return object.member(member)
                    .flatMap(TorchValues::wholes)
                    .orElseThrow(() -> refuse("metadata", "has no " + member + " for " + name));
        }

        private RefusedInput refuse(String code, String why) {
            return DistributedMetadata.refuse(file, code, why);
        }
    }
}
