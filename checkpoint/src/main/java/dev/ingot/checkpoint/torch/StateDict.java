package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.pickle.PickleMapping;
import dev.ingot.checkpoint.pickle.PickleObject;
import dev.ingot.checkpoint.pickle.PickleValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights in what was saved: the first mapping with tensors in it, down through the containers in which trainers wrap it.
 *
 * @param path of names from what was saved to the mapping, empty as a rule; {@code state_dict} in Lightning's files
 * @param tensors by name, in the order of the mapping
 * @param others names of the mapping's entries that are no tensors
 */
public record StateDict(List<String> path, Map<String, PickleValue> tensors, List<String> others) {
    /** Under which trainers keep the weights. */
    public static final List<String> CONTAINERS =
            List.of("state_dict", "model", "module", "model_state_dict", "params");

    private static final int MAX_DEPTH = 4;
    private static final int MAX_NAME = 1024;

    public StateDict {
        path = List.copyOf(path);
        tensors = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        others = List.copyOf(others);
    }

    /** RefusedInput {@code torch.no-tensors} when there is none, {@code torch.several-models} when it is not clear which. */
    public static StateDict in(TorchFile torch) {
        List<String> path = new ArrayList<>();
        PickleValue at = torch.root();
        while (path.size() < MAX_DEPTH) {
            PickleMapping mapping = mapping(at).orElseThrow(() -> none(torch));
            requireNoShards(torch, mapping);
            if (holdsTensors(mapping)) {
                return of(torch, path, mapping);
            }
            String next = container(torch, mapping);
            path.add(next);
            at = mapping.get(next).orElseThrow();
        }
        throw none(torch);
    }

    /** A dict, or an object of a class that is a kind of dict. */
    public static Optional<PickleMapping> mapping(PickleValue value) {
        return switch (value) {
            case PickleMapping mapping -> Optional.of(mapping);
            case PickleObject object -> object.entries();
            case PickleValue other -> Optional.empty();
        };
    }

    private static boolean holdsTensors(PickleMapping mapping) {
        for (int i = 0; i < mapping.size(); i++) {
            if (TorchTensors.isTensor(mapping.value(i))) {
                return true;
            }
        }
        return false;
    }

    private static String container(TorchFile torch, PickleMapping mapping) {
        List<String> found = CONTAINERS.stream()
                .filter(name -> mapping.get(name)
                        .flatMap(StateDict::mapping)
                        .filter(inner -> inner.size() > 0)
                        .isPresent())
                .toList();
        if (found.size() > 1) {
            throw TorchFile.refuse(
                    torch.file(),
                    "several-models",
                    "holds several mappings that could be the weights: " + String.join(", ", found));
        }
        return found.stream().findFirst().orElseThrow(() -> none(torch));
    }

    private static StateDict of(TorchFile torch, List<String> path, PickleMapping mapping) {
        Map<String, PickleValue> tensors = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < mapping.size(); i++) {
            String name = requireName(torch, mapping.key(i));
            if (!TorchTensors.isTensor(mapping.value(i))) {
                requireNoTensors(torch, name, mapping.value(i));
                others.add(name);
                continue;
            }
            if (tensors.put(name, mapping.value(i)) != null) {
                throw TorchFile.refuse(torch.file(), "duplicate-name", "holds " + name + " twice");
            }
        }
        return new StateDict(path, tensors, others);
    }

    /** FSDP1 keeps the parameters of a wrapped module in one vector, and their shapes nowhere in the file; or what one rank has of each of them. */
    private static void requireNoShards(TorchFile torch, PickleMapping mapping) {
        for (int i = 0; i < mapping.size(); i++) {
            String name = String.valueOf(mapping.key(i).text());
            String leaf = name.substring(name.lastIndexOf('.') + 1);
            if (leaf.equals("flat_param") || leaf.equals("_flat_param")) {
                throw shards(torch, "flat-parameter", name, "a flat parameter of FSDP that names no parameters");
            }
            boolean sharded = mapping.value(i) instanceof PickleObject object
                    && object.argument(1).orElse(null) instanceof PickleValue.Global type
                    && type.name().equals("ShardedTensor");
            if (sharded) {
                throw shards(
                        torch, "sharded-tensor", name, "a ShardedTensor, of which a file has the part of one rank");
            }
        }
    }

    private static RefusedInput shards(TorchFile torch, String code, String name, String what) {
        return TorchFile.refuse(
                torch.file(),
                code,
                "holds %s, %s".formatted(name, what),
                "save the full state dict (fsdp_state_dict_type FULL_STATE_DICT) or with torch.distributed.checkpoint, or let the trainer export the adapter with"
                        + " save_pretrained");
    }

    /** What holds tensors without being one would be lost without a word. */
    private static void requireNoTensors(TorchFile torch, String name, PickleValue value) {
        if (!StorageReference.allIn(torch.file(), value).isEmpty()) {
            throw TorchFile.refuse(
                    torch.file(),
                    "tensor",
                    "holds %s, which is %s with tensors in it, beside plain tensors"
                            .formatted(name, value.described()));
        }
    }

    private static String requireName(TorchFile torch, PickleValue key) {
        String name = key.text();
        boolean plain = name != null
                && !name.isEmpty()
                && name.length() <= MAX_NAME
                && name.chars().noneMatch(Character::isISOControl);
        if (!plain) {
            throw TorchFile.refuse(
                    torch.file(),
                    "name",
                    "has a tensor whose name is no text, empty, longer than %d or holds control characters"
                            .formatted(MAX_NAME));
        }
        return name;
    }

    private static RefusedInput none(TorchFile torch) {
        return TorchFile.refuse(
                torch.file(),
                "no-tensors",
                "holds no tensors by name, at the top or under one of " + String.join(", ", CONTAINERS));
    }
}
