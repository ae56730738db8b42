package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which folder of a set is the adapter: the set itself, a trainer's {@code checkpoint-<step>/}, or one of several that PEFT saved under their names.
 *
 * @param location of the set, for messages
 * @param atRoot whether the set itself is an adapter
 * @param checkpoints folder of each step
 * @param named other folders that hold an adapter
 */
public record AdapterFolders(String location, boolean atRoot, Map<Long, String> checkpoints, List<String> named) {
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d{1,18})");

    public AdapterFolders {
        checkpoints = new TreeMap<>(checkpoints);
        named = List.copyOf(named);
    }

    /**
     * What adapters there are, by the config that PEFT writes beside each. Where no checkpoint has one, because each holds what was in memory or several adapters in
     * folders of their own, every folder of that name is a checkpoint.
     */
    public static AdapterFolders of(FileSet files) throws IOException {
        boolean atRoot = false;
        Map<Long, String> exported = new TreeMap<>();
        Map<Long, String> checkpoints = new TreeMap<>();
        List<String> named = new ArrayList<>();
        for (FileInfo file : files.list()) {
            int slash = file.name().indexOf('/');
            String folder = slash < 0 ? "" : file.name().substring(0, slash);
            boolean isConfig = file.name().substring(slash + 1).equals(AdapterConfig.FILE);
            Matcher checkpoint = CHECKPOINT.matcher(folder);
            if (checkpoint.matches()) {
                Long step = Long.valueOf(checkpoint.group(1));
                checkpoints.put(step, folder);
                if (isConfig) {
                    exported.put(step, folder);
                }
            } else if (isConfig && slash < 0) {
                atRoot = true;
            } else if (isConfig) {
                named.add(folder);
            }
        }
        return new AdapterFolders(files.location(), atRoot, exported.isEmpty() ? checkpoints : exported, named);
    }

    /** Folders that may be chosen, checkpoints by their steps first. */
    public List<String> candidates() {
        return Stream.concat(checkpoints.values().stream(), named.stream()).toList();
    }

    /**
     * The folder of the adapter, empty for the set itself: the checkpoint that is asked for; else the set itself if it is an adapter, as PEFT loads it; else the only one there is.
     *
     * @throws RefusedInput {@code adapter.several} where nobody chose, {@code adapter.no-checkpoint} where what is asked for is not there
     */
    public String choose(FileSet files, Optional<CheckpointChoice> choice) throws IOException {
        if (choice.isPresent()) {
            return checkpoints.get(step(files, choice.get()));
        }
        List<String> candidates = candidates();
        if (atRoot || candidates.isEmpty()) {
            return "";
        }
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        throw several(files);
    }

    private long step(FileSet files, CheckpointChoice choice) throws IOException {
        if (checkpoints.isEmpty()) {
            throw new RefusedInput(
                    "adapter.no-checkpoint",
                    location + " has no folder checkpoint-<step> with an adapter in it.",
                    "name the trainer's output folder, or leave --checkpoint (checkpoint in a request) out");
        }
        if (choice.isBest()) {
            return best(files);
        }
        long last = checkpoints.keySet().stream().max(Comparator.naturalOrder()).orElseThrow();
        long step = choice.isLast() ? last : choice.step();
        if (!checkpoints.containsKey(step)) {
            throw new RefusedInput(
                    "adapter.no-checkpoint",
                    "%s has no adapter in checkpoint-%d; it has %s.".formatted(location, step, listed(files)),
                    "name one of these steps");
        }
        return step;
    }

    private long best(FileSet files) throws IOException {
        Optional<String> best = state(files).flatMap(TrainerState::best);
        if (best.isEmpty()) {
            throw new RefusedInput(
                    "adapter.no-checkpoint",
                    "Nothing in %s says which checkpoint is the best: %s of the last one names none."
                            .formatted(location, TrainerState.FILE),
                    "the trainer records it where it measures and metric_for_best_model is set; name a step: "
                            + listed(files));
        }
        for (Map.Entry<Long, String> checkpoint : checkpoints.entrySet()) {
            if (checkpoint.getValue().equals(best.get())) {
                return checkpoint.getKey();
            }
        }
        throw new RefusedInput(
                "adapter.no-checkpoint",
                "The trainer calls %s the best, which %s does not have; it has %s."
                        .formatted(best.get(), location, listed(files)),
                "fetch it, or name one of these steps");
    }

    /** Of the last checkpoint, which knows of all before it; of the set itself where that has none. */
    private Optional<TrainerState> state(FileSet files) throws IOException {
        String last = checkpoints.entrySet().stream()
                .max(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .orElse("");
        Optional<TrainerState> state = TrainerState.read(files, last);
        return state.isPresent() ? state : TrainerState.read(files, "");
    }

    private RefusedInput several(FileSet files) throws IOException {
        List<String> found = new ArrayList<>();
        List<String> ways = new ArrayList<>();
        if (!checkpoints.isEmpty()) {
            found.add(listed(files));
            ways.add("--checkpoint last, best or a step (checkpoint in a request)");
        }
        if (!named.isEmpty()) {
            found.add(String.join(", ", named));
            ways.add("--adapter DIR#" + named.getFirst() + " (in a request #" + named.getFirst()
                    + " behind the folder)");
        }
        return new RefusedInput(
                "adapter.several",
                "%s holds %d adapters: %s; expected one, or a choice."
                        .formatted(location, checkpoints.size() + named.size(), String.join("; ", found)),
                "say which: " + String.join("; ", ways));
    }

    /** {@code checkpoint-10 (eval_loss 1.9), checkpoint-20 (eval_loss 1.7, best)}. */
    private String listed(FileSet files) throws IOException {
        Optional<TrainerState> state = state(files);
        Optional<String> best = state.flatMap(TrainerState::best);
        return checkpoints.entrySet().stream()
                .map(entry -> {
                    String known = Stream.concat(
                                    state.flatMap(s -> s.metric(entry.getKey())).stream(),
                                    best.filter(entry.getValue()::equals).map(b -> "best").stream())
                            .collect(Collectors.joining(", "));
                    return entry.getValue() + (known.isEmpty() ? "" : " (" + known + ")");
                })
                .collect(Collectors.joining(", "));
    }
}
