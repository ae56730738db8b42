package dev.ingot.standalone.local;

import dev.ingot.dequant.KernelTiles;
import dev.ingot.ingest.Ingest;
import dev.ingot.ingest.IngestStage;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.merge.MergeStage;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Stage;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.standalone.local.WatchedStage.Watcher;
import dev.ingot.validate.Validate;
import dev.ingot.validate.ValidateConfig;
import dev.ingot.validate.ValidateStage;
import dev.ingot.validate.policy.PolicyPlaces;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The stages of the services, wired for one process: merge takes its tiles from dequant's kernel, so that nothing
 * is written twice and dequant has no work of its own.
 */
final class LocalStages {
    private LocalStages() {}

    /**
     * @param plans of the run, made from the headers
     * @param signer of what is delivered, if its run asks for provenance
     */
    static List<Stage<?>> watched(
            ObjectStore store,
            FileSets sources,
            MergeOptions options,
            List<Plan> plans,
            Worker worker,
            Optional<ModelSigner> signer,
            Clock clock,
            Watcher watcher) {
        MergeConfig usual = MergeConfig.ofThisMachine();
        MergeShard merge = new MergeShard(
                store, sources, KernelTiles.sources(sources), new MergeConfig(options.threads(), usual.tileElements()));
        ValidateConfig delivering = ValidateConfig.delivering()
                .withThreads(options.threads())
                .into(LocalRequest.folderName(options.out()))
                .with(new PolicyPlaces(options.policy(), Optional.empty()));
        Validate validate = new Validate(store, sources, delivering, worker, clock, signer);
        RunFiles files = new RunFiles(store);
        return List.of(
                new WatchedStage<>(new IngestStage(Ingest.of(store, plans), files, true, clock), watcher),
                new WatchedStage<>(new MergeStage(merge, files, clock), watcher),
                new WatchedStage<>(new ValidateStage(validate, files, clock), watcher));
    }
}
