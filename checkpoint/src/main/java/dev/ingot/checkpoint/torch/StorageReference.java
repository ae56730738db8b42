package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.pickle.PickleContainer;
import dev.ingot.checkpoint.pickle.PickleMapping;
import dev.ingot.checkpoint.pickle.PickleObject;
import dev.ingot.checkpoint.pickle.PicklePersistent;
import dev.ingot.checkpoint.pickle.PickleSequence;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.pickle.PickleValue.Global;
import dev.ingot.checkpoint.pickle.PickleValue.None;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import dev.ingot.checkpoint.source.FileInfo;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A persistent id: {@code ("storage", class, key, device, elements)}, with a view in legacy files.
 *
 * @param dtype of an element, or empty for an untyped storage, whose elements are bytes
 */
record StorageReference(Optional<DType> dtype, String key, long elements) {
    private static final int PARTS = 5;

    static StorageReference of(FileInfo file, PicklePersistent persistent) {
        if (!(persistent.id() instanceof PickleSequence id)
                || id.size() < PARTS
                || !"storage".equals(id.get(0).text())
                || !(id.get(1) instanceof Global type)
                || !(id.get(4) instanceof Whole(long elements))
                || elements < 0) {
            throw TorchFile.refuse(file, "storage", "refers to data outside in a way that is not torch's");
        }
        String key = id.get(2).text();
        if (key == null) {
            throw TorchFile.refuse(file, "storage", "refers to a storage without key");
        }
        if (id.size() > PARTS && !(id.get(PARTS) instanceof None)) {
            throw TorchFile.refuse(
                    file, "storage-view", "has storages that are views of others, as torch wrote before 0.4");
        }
        return new StorageReference(dtype(file, type), key, elements);
    }

    private static Optional<DType> dtype(FileInfo file, Global type) {
        if (type.qualified().equals("torch.storage.UntypedStorage")
                || type.qualified().equals("torch.UntypedStorage")) {
            return Optional.empty();
        }
        Optional<DType> dtype =
                type.module().startsWith("torch") ? TorchTypes.ofStorage(type.name()) : Optional.empty();
        if (dtype.isEmpty()) {
            throw TorchFile.refuse(file, "dtype", "has a storage of type " + type.qualified() + ", which is not read");
        }
        return dtype;
    }

    /** ArithmeticException never: a size beyond 2^63 is refused by whoever compares it with the file. */
    long bytes() {
        int width = dtype.map(DType::bits).orElse(Byte.SIZE) / Byte.SIZE;
        return elements > Long.MAX_VALUE / width ? Long.MAX_VALUE : elements * width;
    }

    /** Every storage that a value refers to, by key; each node is visited once, however often it is reached. */
    static Map<String, StorageReference> allIn(FileInfo file, PickleValue root) {
        Map<String, StorageReference> found = new HashMap<>();
        Set<PickleContainer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<PickleValue> open = new ArrayDeque<>();
        open.push(root);
        while (!open.isEmpty()) {
            if (open.pop() instanceof PickleContainer container && seen.add(container)) {
                if (container instanceof PicklePersistent persistent) {
                    add(file, found, of(file, persistent));
                } else {
                    open(container, open);
                }
            }
        }
        return found;
    }

    private static void add(FileInfo file, Map<String, StorageReference> found, StorageReference storage) {
        StorageReference other = found.put(storage.key(), storage);
        if (other != null && !other.equals(storage)) {
            throw contradiction(file, storage.key());
        }
    }

    private static RefusedInput contradiction(FileInfo file, String key) {
        return TorchFile.refuse(file, "storage", "refers to the storage '" + key + "' in two ways that differ");
    }

    private static void open(PickleContainer container, Deque<PickleValue> into) {
        switch (container) {
            case PickleSequence sequence -> sequence.items().forEach(into::push);
            case PickleMapping mapping -> {
                for (int i = 0; i < mapping.size(); i++) {
                    into.push(mapping.value(i));
                }
            }
            case PickleObject object -> {
                into.push(object.arguments());
                object.state().ifPresent(into::push);
                object.entries().ifPresent(into::push);
            }
            case PicklePersistent persistent -> into.push(persistent.id());
        }
    }
}
