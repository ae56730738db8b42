package dev.ingot.registry.run;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.store.RunListing;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes views of runs. Rebuilt from the store whenever asked, so a registry that was down shows the same as one that was up. */
@ApplicationScoped
public class RunViews {
    private final RunListings listings;
    private final RunDocuments documents;
    private final LiveProgress live;

    public RunViews(RunListings listings, RunDocuments documents, LiveProgress live) {
        this.listings = listings;
        this.documents = documents;
        this.live = live;
    }

    /** One run; empty when nobody handed it in. */
    public Optional<RunView> of(RunRef run) throws IOException {
        Optional<RunListing> listing = listings.of(run);
        return listing.isEmpty() ? Optional.empty() : Optional.of(view(listing.get()));
    }

    /**
     * Runs, newest first.
     *
     * @param team only runs of this one, if given
     * @param after only runs that come after this one ({@code team/run}), if given; a run that is not there yields the first page
     */
    public RunPage page(Optional<String> team, Optional<String> after, int limit) throws IOException {
        List<RunListing> all = listings.newestFirst().stream()
                .filter(listing -> team.isEmpty() || listing.run().team().equals(team.get()))
                .toList();
        int from = after.map(name -> indexAfter(all, name)).orElse(0);
        int to = Math.min(from + limit, all.size());
        List<RunView> views = new ArrayList<>();
        for (RunListing listing : all.subList(from, to)) {
            views.add(view(listing));
        }
        return new RunPage(
                views, to < all.size() ? Optional.of(all.get(to - 1).run().toString()) : Optional.empty());
    }

    private static int indexAfter(List<RunListing> all, String name) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).run().toString().equals(name)) {
                return i + 1;
            }
        }
        return 0;
    }

    private RunView view(RunListing listing) throws IOException {
        RunRequest request = documents.request(listing);
        Optional<Verdict> verdict = documents.verdict(listing);
        List<StageView> stages =
                new StageViews(listing, documents.shards(listing).orElse(0), verdict, live.of(listing.run())).all();
        return new RunView(
                listing.run().team(),
                listing.run().run(),
                request.model(),
                state(verdict, stages),
                request.base(),
                request.requireAdapters().stream().map(WeightedAdapter::text).collect(Collectors.joining(" + ")),
                request.submittedBy(),
                request.submittedAt(),
                stages,
                verdict.isPresent() ? "" : WaitingFor.of(stages),
                verdict,
                listing.has(listing.keys().reportPage()),
                RunLinks.of(listing.run()));
    }

    private static RunState state(Optional<Verdict> verdict, List<StageView> stages) {
        if (verdict.isPresent()) {
            return switch (verdict.get()) {
                case Verdict.Published published -> RunState.PUBLISHED;
                case Verdict.Rejected rejected -> RunState.REJECTED;
            };
        }
        boolean begun = stages.stream().anyMatch(stage -> stage.state() != StageState.WAITING);
        return begun ? RunState.RUNNING : RunState.WAITING;
    }
}
