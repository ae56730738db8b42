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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The weights in what was saved: the first mapping with tensors in it, down through the containers in which trainers wrap it.
 *
 * @param path of names from what was saved to the mapping, empty as a rule; {@code state_dict} in Lightning's files
 * @param tensors by name, in the order of the mapping; before them those of other models beside it, below the names of theirs ({@code ema.}, {@code critic.})
 * @param others names of the mapping's entries that are no tensors
 */
public record StateDict(List<String> path, Map<String, PickleValue> tensors, List<String> others) {
    /** Under which trainers keep the weights. */
    public static final List<String> CONTAINERS =
            List.of("state_dict", "model", "module", "model_state_dict", "params");

    /** Under which trainers of several models keep the one that is trained. */
    private static final List<String> TRAINED_ROLES = List.of("actor", "policy", "student");

    /** Of models that no adapter is merged from, and of the training. */
    private static final Set<String> BESIDE = Set.of(
            "critic",
            "ref",
            "reference",
            "teacher",
            "ema",
            "ema_model",
            "model_ema",
            "reward_model",
            "value_model",
            "optimizer");

    private static final int MAX_DEPTH = 4;
    private static final int MAX_NAME = 1024;

    public StateDict {
        path = List.copyOf(path);
        tensors = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        others = List.copyOf(others);
    }

    /**
     * RefusedInput {@code torch.no-tensors} when there is none, {@code torch.several-models} when it is not clear which. A mapping with more tensors below one of the
     * containers' names than of its own is descended, as a checkpoint with its weights beside {@code loss}.
     */
    public static StateDict in(TorchFile torch) {
        List<String> path = new ArrayList<>();
        Map<String, PickleValue> beside = new LinkedHashMap<>();
        PickleValue at = torch.root();
        while (path.size() < MAX_DEPTH) {
            PickleMapping mapping = mapping(at).orElseThrow(() -> none(torch));
            requireNoShards(torch, mapping);
            List<String> containers = containers(mapping, tensors(mapping));
            if (containers.isEmpty() && tensors(mapping) > 0) {
                return of(torch, path, mapping, beside);
            }
            String next = only(torch, containers);
            path.add(next);
            beside.putAll(otherModels(torch, mapping, next));
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

    private static int tensors(PickleMapping mapping) {
        int tensors = 0;
        for (int i = 0; i < mapping.size(); i++) {
            tensors += TorchTensors.isTensor(mapping.value(i)) ? 1 : 0;
        }
        return tensors;
    }

    /** The containers with more than {@code beside} entries; of roles, only where no other is there. */
    private static List<String> containers(PickleMapping mapping, int beside) {
        List<String> found = containers(CONTAINERS, mapping, beside);
        if (!found.isEmpty() || beside > 0) {
            return found;
        }
        List<String> trained = containers(TRAINED_ROLES, mapping, 0);
        return trained.isEmpty() ? onlyModel(mapping) : trained;
    }

    /** The one mapping with tensors of modules, whatever its name, where the name is not that of what stands beside a model. */
    private static List<String> onlyModel(PickleMapping mapping) {
        List<String> models = new ArrayList<>();
        for (int i = 0; i < mapping.size(); i++) {
            String name = mapping.key(i).text();
            boolean model = mapping(mapping.value(i))
                    .filter(inner -> !tensorsOfModules(inner).isEmpty())
                    .isPresent();
            if (name != null && model && !BESIDE.contains(name)) {
                models.add(name);
            }
        }
        return models.size() == 1 ? models : List.of();
    }

    private static List<String> containers(List<String> names, PickleMapping mapping, int beside) {
        return names.stream()
                .filter(name -> mapping.get(name)
                        .flatMap(StateDict::mapping)
                        .filter(inner -> inner.size() > beside)
                        .isPresent())
                .toList();
    }

    private static String only(TorchFile torch, List<String> containers) {
        if (containers.size() > 1) {
            throw TorchFile.refuse(
                    torch.file(),
                    "several-models",
                    "holds several mappings that could be the weights: " + String.join(", ", containers));
        }
        return containers.stream().findFirst().orElseThrow(() -> none(torch));
    }

    /** Tensors of mappings beside the weights that look like a model's, below the name that the mapping has. */
    private static Map<String, PickleValue> otherModels(TorchFile torch, PickleMapping mapping, String weights) {
        Map<String, PickleValue> found = new LinkedHashMap<>();
        for (int i = 0; i < mapping.size(); i++) {
            String name = mapping.key(i).text();
            Optional<PickleMapping> model = mapping(mapping.value(i));
            if (name != null && !name.equals(weights) && model.isPresent()) {
                tensorsOfModules(model.get()).forEach((inner, tensor) -> found.put(name + "." + inner, tensor));
            }
        }
        found.keySet().forEach(name -> requireName(torch, name));
        return found;
    }

    private static Map<String, PickleValue> tensorsOfModules(PickleMapping mapping) {
        Map<String, PickleValue> found = new LinkedHashMap<>();
        for (int i = 0; i < mapping.size(); i++) {
            String name = mapping.key(i).text();
            if (name != null && name.indexOf('.') > 0 && TorchTensors.isTensor(mapping.value(i))) {
                found.put(name, mapping.value(i));
            }
        }
        return found;
    }

    private static StateDict of(
            TorchFile torch, List<String> path, PickleMapping mapping, Map<String, PickleValue> beside) {
        Map<String, PickleValue> tensors = new LinkedHashMap<>(beside);
        List<String> others = new ArrayList<>();
        for (int i = 0; i < mapping.size(); i++) {
            String name = requireName(torch, mapping.key(i).text());
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

    private static String requireName(TorchFile torch, @Nullable String name) {
        if (name == null
                || name.isEmpty()
                || name.length() > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
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
