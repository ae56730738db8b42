package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterChoice;
import dev.ingot.pipeline.source.AdapterPlace;
import dev.ingot.pipeline.source.FileSets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request that names exact places: revisions on a hub are commits, and each adapter is one alone. Ingest decides them and plans with that; who comes later takes them from the
 * plan, because a branch may have moved on, and a trainer may have saved another checkpoint.
 */
public final class PinnedRequest {
    private PinnedRequest() {}

    /**
     * Asks the hub for the commit of each revision, and finds the adapter that is meant where a place holds several.
     *
     * @throws dev.ingot.checkpoint.RefusedInput as {@link AdapterChoice#of} says
     */
    public static RunRequest of(RunRequest request, FileSets sources) throws IOException {
        AdapterChoice choice = new AdapterChoice(
                sources, Optional.ofNullable(request.checkpoint()).map(CheckpointChoice::of));
        List<WeightedAdapter> adapters = new ArrayList<>();
        for (WeightedAdapter adapter : adapters(request)) {
            AdapterPlace place = choice.of(adapter.adapter());
            AdapterPlace pinned = new AdapterPlace(pinned(place.location(), sources), place.inMemory());
            adapters.add(new WeightedAdapter(pinned.toString(), adapter.weight()));
        }
        return request.from(pinned(request.base(), sources), adapters);
    }

    private static String pinned(String location, FileSets sources) throws IOException {
        return HubAddress.isOne(location) ? sources.open(location).location() : location;
    }

    /** The places that a plan was made with. */
    public static RunRequest of(RunRequest request, Plan plan) {
        List<WeightedAdapter> asked = adapters(request);
        List<WeightedAdapter> adapters = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            String place = plan.adapters() == null
                    ? planned(plan, InputRole.ADAPTER, asked.get(i).adapter())
                    : plan.adapters().get(i);
            adapters.add(new WeightedAdapter(place, asked.get(i).weight()));
        }
        return request.from(planned(plan, InputRole.BASE, request.base()), adapters);
    }

    private static String planned(Plan plan, InputRole role, String location) {
        if (!HubAddress.isOne(location)) {
            return location;
        }
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

    private static List<WeightedAdapter> adapters(RunRequest request) {
        return request.hasAdapters() ? request.requireAdapters() : List.of();
    }
}
