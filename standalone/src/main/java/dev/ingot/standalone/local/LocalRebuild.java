package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.provenance.PublishedPlan;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a published checkpoint again in this process, and compares.
 *
 * @param published plan and statement
 * @param found SHA-256 of what the version consists of now, by path
 * @param base as on the command line; empty for where the plan found it
 * @param adapters likewise, in the plan's order
 */
public record LocalRebuild(
        PublishedPlan published, Map<String, String> found, Optional<String> base, List<String> adapters, int threads) {
    public LocalRebuild {
        found = Map.copyOf(found);
        adapters = List.copyOf(adapters);
    }

    /**
     * Compares what is published with its statement, and that with what the plan makes now.
     *
     * @return the files, with the digests that are the same in all three
     * @throws RefusedInput {@code rebuild.not-as-stated}, {@code rebuild.other-input}, {@code rebuild.adapters}; {@code rebuild.differs} naming every
     *     file that comes out otherwise
     */
    public Map<String, String> check(Terminal terminal) throws IOException, InterruptedException {
        Map<String, String> stated = published.stated();
        require("rebuild.not-as-stated", "is published as", stated, found);
        LocalSources sources = new LocalSources(System.getenv());
        LocalPlaces places = new LocalPlaces(sources.open(), HuggingFaceCache.of(System.getenv()), terminal::say);
        Rebuild rebuild = new Rebuild(
                published,
                sources.open(),
                base.isPresent() ? Optional.of(places.base(base.get())) : base,
                located(places));
        Map<String, String> made;
        try (ProgressBoard board = new ProgressBoard(terminal, Rebuild.STAGES)) {
            Plan relocated = rebuild.relocated(board);
            made = rebuild.execute(relocated, threads, board);
        }
        require("rebuild.differs", "comes out as", stated, made);
        return stated;
    }

    private List<String> located(LocalPlaces places) throws IOException {
        List<WeightedAdapter> named =
                adapters.stream().map(WeightedAdapter::whole).toList();
        return places.adapters(named, Optional.empty()).stream()
                .map(WeightedAdapter::adapter)
                .toList();
    }

    private static void require(String code, String how, Map<String, String> stated, Map<String, String> other) {
        List<String> differing = new ArrayList<>();
        stated.forEach((file, digest) -> {
            String instead = other.getOrDefault(file, "nothing");
            if (!instead.equals(digest)) {
                differing.add("%s %s %s, and is stated as %s".formatted(file, how, instead, digest));
            }
        });
        if (!differing.isEmpty()) {
            throw new RefusedInput(
                    code,
                    "%d of %d files that the plan determines are others:%n%s."
                            .formatted(differing.size(), stated.size(), String.join(",\n", differing)),
                    "do not trust this version: it is not what its plan makes of its inputs");
        }
    }
}
