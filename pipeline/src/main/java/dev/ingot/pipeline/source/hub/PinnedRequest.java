package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.FileSets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A request whose revisions on a hub are commits. Ingest pins them and plans with that; who comes later takes the commits from the plan, because a branch
 * may have moved on.
 */
public final class PinnedRequest {
    private PinnedRequest() {}

    /**
     * Asks the hub for the commit of each revision.
     *
     * @throws RefusedInput {@code request.revisions} when two adapters are the same folder at revisions that a plan could not tell apart
     */
    public static RunRequest of(RunRequest request, FileSets sources) throws IOException {
        Map<String, String> commits = new HashMap<>();
        for (String location : locations(request)) {
            if (HubAddress.isOne(location)) {
                String commit = sources.open(location).location();
                commits.put(location, commit);
                commits.put(HubAddress.parse(location).toString(), commit);
            }
        }
        requireDistinct(adapters(request), commits);
        return at(request, (role, location) -> commits.getOrDefault(location, location));
    }

    /** The commits that a plan was made with. */
    public static RunRequest of(RunRequest request, Plan plan) {
        return at(request, (role, location) -> HubAddress.isOne(location) ? planned(plan, role, location) : location);
    }

    private static String planned(Plan plan, InputRole role, String location) {
        HubAddress asked = HubAddress.parse(location);
        return plan.inputs().stream()
                .filter(input -> input.role() == role)
                .map(InputFile::location)
                .filter(HubAddress::isOne)
                .map(HubAddress::parse)
                .filter(pinned -> asked.isPinned() ? pinned.equals(asked) : pinned.sameFolder(asked))
                .findFirst()
                .map(HubAddress::toString)
                .orElse(location);
    }

    private static void requireDistinct(List<WeightedAdapter> adapters, Map<String, String> commits) {
        Map<HubAddress, HubAddress> taken = new HashMap<>();
        for (WeightedAdapter adapter : adapters) {
            String commit = commits.get(adapter.adapter());
            if (commit == null) {
                continue;
            }
            HubAddress asked = HubAddress.parse(adapter.adapter());
            HubAddress other = taken.putIfAbsent(asked.at(""), asked);
            boolean bothPinned = other != null && other.isPinned() && asked.isPinned();
            if (other != null && !bothPinned && !commit.equals(commits.get(other.toString()))) {
                throw new RefusedInput(
                        "request.revisions",
                        "%s and %s are one folder at two revisions.".formatted(asked, other),
                        "Name both revisions by their commit hashes.");
            }
        }
    }

    private static List<WeightedAdapter> adapters(RunRequest request) {
        return request.adapter() == null && request.adapters() == null ? List.of() : request.requireAdapters();
    }

    private static List<String> locations(RunRequest request) {
        List<String> all = new ArrayList<>(List.of(request.base()));
        adapters(request).forEach(adapter -> all.add(adapter.adapter()));
        return all;
    }

    /** Another place for each. */
    @FunctionalInterface
    private interface Places {
        String of(InputRole role, String location);
    }

    private static RunRequest at(RunRequest request, Places places) {
        return request.from(
                places.of(InputRole.BASE, request.base()),
                adapters(request).stream()
                        .map(adapter ->
                                new WeightedAdapter(places.of(InputRole.ADAPTER, adapter.adapter()), adapter.weight()))
                        .toList());
    }
}
