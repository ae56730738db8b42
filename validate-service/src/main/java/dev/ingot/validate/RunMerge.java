package dev.ingot.validate;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.MergeBaseChoice.Candidate;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.request.BaseForms;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A merge that a run made: the only one, or one of two of which the better counts.
 *
 * @param request as if it asked for this merge alone, with the places that it was planned with
 * @param merged what the stages before wrote
 */
record RunMerge(RunRequest request, Plan plan, MergedRun merged) {
    /** Every merge of a run, in the order of {@link BaseForms}; IOException where request, a plan or a marker is not in the store (yet). */
    static List<RunMerge> all(RunRef run, RunFiles files) throws IOException {
        RunRequest asked = files.request(run).orElseThrow(() -> missing(run, "request"));
        List<RunRequest> forms = BaseForms.of(asked);
        List<Plan> plans = files.plans(run);
        if (plans.size() != forms.size()) {
            throw missing(run, "plan");
        }
        List<RunMerge> merges = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            Plan plan = plans.get(i);
            merges.add(new RunMerge(PinnedRequest.of(forms.get(i), plan), plan, MergedRun.read(files, plan)));
        }
        return merges;
    }

    private static IOException missing(RunRef run, String what) {
        return new IOException("the " + what + " of run " + run + " is not in the store (yet)");
    }

    /** {@code trained} or {@code original}. */
    String name() {
        return request.mergeBase().name().toLowerCase(Locale.ROOT);
    }

    /** What the rule looks at. */
    Candidate candidate(Report report) {
        return new Candidate(name(), request.base(), report.delivered(), report.verdict(), report.perplexities());
    }

    /** Removes every byte that was written for it; its markers stay. */
    void discard(ObjectStore store) throws IOException {
        RunKeys keys = new RunKeys(plan.run());
        for (OutputShard shard : plan.shards()) {
            for (StageName stage : List.of(StageName.DEQUANT, StageName.MERGE)) {
                for (ObjectInfo object : store.list(keys.data(new TaskId(plan.run(), stage, shard.number())))) {
                    store.delete(object.key());
                }
            }
        }
    }
}
