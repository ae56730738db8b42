package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.dequant.KernelTiles;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.provenance.InputDigest;
import dev.ingot.pipeline.provenance.PublishedPlan;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.standalone.terminal.ProgressBoard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Executes a published plan again, on the same inputs wherever they are now, and keeps the digests of what comes out. Nothing is written.
 *
 * @param base location of the base; empty for where the plan found it
 * @param adapters locations likewise, in the plan's order; none for where the plan found them
 */
record Rebuild(PublishedPlan published, FileSets sources, Optional<String> base, List<String> adapters) {
    private static final String CHECK = "inputs";
    private static final String WRITE = "rebuild";

    /** What a board shows of a rebuild. */
    static final List<String> STAGES = List.of(CHECK, WRITE);

    Rebuild {
        adapters = List.copyOf(adapters);
    }

    /**
     * The plan with inputs that were found to be the stated ones.
     *
     * @throws RefusedInput {@code rebuild.other-input} where a file is not the one that the statement names; {@code rebuild.adapters} for another number
     */
    Plan relocated(ProgressBoard board) throws IOException {
        Map<String, String> places = places();
        List<InputFile> inputs = new ArrayList<>();
        Plan plan = published.plan();
        for (InputFile input : plan.inputs()) {
            board.at(CHECK, 0, inputs.size(), plan.inputs().size(), "files", input.name());
            inputs.add(found(input, places.getOrDefault(input.location(), input.location())));
        }
        board.ended(CHECK, inputs.size() + " files, each of the SHA-256 that the statement names");
        return new Plan(
                plan.schema(),
                plan.run(),
                plan.modelType(),
                plan.architecture(),
                inputs,
                plan.shards(),
                plan.ledger(),
                plan.tying(),
                plan.base(),
                plan.assertions(),
                plan.config(),
                plan.configEdits(),
                plan.carried(),
                plan.adapterSummary(),
                plan.estimate(),
                true,
                plan.notes());
    }

    private InputFile found(InputFile input, String place) throws IOException {
        String role = input.role() == InputRole.BASE ? "--base " : "--adapter ";
        try (RangedFile file = sources.open(place)
                .open(input.name())
                .orElseThrow(() -> other(role + place + " has no " + input.name() + ", which the plan reads"))) {
            String stated = published.statement().digestOf(input);
            String digest = InputDigest.sha256(file);
            if (!digest.equals(stated)) {
                throw other("%s of %s%s has sha256 %s; the statement names %s"
                        .formatted(input.name(), role, place, digest, stated));
            }
            return new InputFile(
                    input.role(),
                    place,
                    input.name(),
                    file.info().size(),
                    file.info().identity());
        }
    }

    private static RefusedInput other(String why) {
        return new RefusedInput(
                "rebuild.other-input", why + ".", "name the base and the adapters that this version was made from");
    }

    /** Where the plan found its inputs, and where they are now. */
    private Map<String, String> places() {
        Map<String, String> places = new LinkedHashMap<>();
        List<String> known = locations(InputRole.ADAPTER);
        List<String> given = adapters.stream().distinct().toList();
        if (!given.isEmpty() && given.size() != known.size()) {
            throw new RefusedInput(
                    "rebuild.adapters",
                    "%d adapters are named; the plan reads %d: %s."
                            .formatted(given.size(), known.size(), String.join(", ", known)),
                    "name all of them, in this order");
        }
        for (int i = 0; i < given.size(); i++) {
            places.put(known.get(i), given.get(i));
        }
        base.ifPresent(place -> locations(InputRole.BASE).forEach(location -> places.put(location, place)));
        return places;
    }

    private List<String> locations(InputRole role) {
        return published.plan().inputs().stream()
                .filter(input -> input.role() == role)
                .map(InputFile::location)
                .distinct()
                .toList();
    }

    /** Path to SHA-256 of every file that the plan determines, as it comes out now. */
    Map<String, String> execute(Plan relocated, int threads, ProgressBoard board)
            throws IOException, InterruptedException {
        MergeShard shards = new MergeShard(
                new ForgetfulStore(),
                sources,
                KernelTiles.sources(sources),
                new MergeConfig(threads, MergeConfig.ofThisMachine().tileElements()));
        Map<String, String> digests = new TreeMap<>();
        for (OutputShard shard : relocated.shards()) {
            TaskId task = new TaskId(relocated.run(), StageName.MERGE, shard.number());
            Progress progress =
                    (done, total, unit, at) -> board.at(WRITE, shard.number(), done, total, unit, shard.file());
            MergedShard merged = shards.merge(relocated, shard.number(), new Attempt(task, 1, "1", progress));
            digests.put(merged.file(), merged.object().sha256());
            merged.files()
                    .forEach(file -> digests.put(file.path(), file.object().sha256()));
        }
        board.ended(WRITE, relocated.shards().size() + " files of weights, none kept");
        return digests;
    }
}
