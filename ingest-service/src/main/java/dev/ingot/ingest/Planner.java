package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.quantized.Remark;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.Assertion.AllFinite;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a request's plan from the headers of base and adapter, or refuses. Output depends on the inputs alone. */
public final class Planner {
    /**
     * The plan of a run.
     *
     * @param base and adapter: the file sets that the request's URIs open to
     * @throws dev.ingot.checkpoint.RefusedInput when base and adapter do not fit or cannot be read
     * @throws IOException when a source fails
     */
    public Plan plan(RunRequest request, FileSet base, FileSet adapter) throws IOException {
        BaseModel model = BaseModel.read(base, request.swapNibbles());
        Adapter trained = Adapter.read(adapter);
        Inputs inputs = new Inputs(request.base(), request.adapter());
        Changes changes = new AdapterResolver(model, trained, inputs).resolve();
        Tying tying = Tying.decide(model, changes, trained.config().ensureWeightTying(), request.tie(), adapter);
        BaseStatement statement = BaseStatements.of(model, trained.config(), request);

        OutputDTypes dtypes = new OutputDTypes(request.dtype());
        DType recorded = Outputs.modelDType(model);
        Outputs outputs = new Outputs(model, inputs, dtypes, changes, tying);
        List<String> leftOut = leftOut(model, changes);
        List<OutputShard> shards =
                new ShardCutter(request.maxShardBytes()).cut(outputs.ofBase(leftOut), outputs.added(recorded));
        MergedConfig config = MergedConfig.of(model, trained.config(), changes, tying, dtypes.of("", recorded));
        List<CarriedFile> carried = CarriedFiles.of(base, adapter, inputs, vocabularyRows(model));

        return new Plan(
                Plan.SCHEMA,
                request.run(),
                model.config().modelType(),
                model.config().architecture(),
                inputs.files(),
                shards,
                ledger(model, changes, leftOut),
                tying.decision(),
                statement,
                assertions(outputs),
                config.text(),
                config.edits(),
                carried,
                trained.config().summary(),
                estimate(inputs, shards),
                request.provenance(),
                notes(model, statement, tying, changes, BaseNames.difference(trained.config(), request.base())));
    }

    /** A classifier has no language-model head; a base that stores one on its own loses it. */
    private static List<String> leftOut(BaseModel base, Changes changes) {
        Optional<String> head = base.ends().map(Embeddings::output).filter(base::has);
        return changes.added().isEmpty() ? List.of() : head.stream().toList();
    }

    private static long vocabularyRows(BaseModel base) {
        return base.ends().map(ends -> base.shapeOf(ends.input()).dim(0)).orElse(0L);
    }

    private static List<LedgerEntry> ledger(BaseModel base, Changes changes, List<String> leftOut) {
        List<LedgerEntry> ledger = new ArrayList<>(changes.ledger());
        ledger.addAll(BaseLedger.of(base, changes, leftOut));
        return ledger;
    }

    private static List<Assertion> assertions(Outputs outputs) {
        List<Assertion> assertions = new ArrayList<>();
        assertions.add(new AllFinite("base.non-finite"));
        assertions.addAll(outputs.assertions());
        return assertions;
    }

    private static Estimate estimate(Inputs inputs, List<OutputShard> shards) {
        long in = inputs.files().stream().mapToLong(InputFile::size).sum();
        long out = shards.stream().mapToLong(OutputShard::bytes).sum();
        long modules = shards.stream()
                .flatMap(shard -> shard.tensors().stream())
                .filter(tensor -> !tensor.isUntouched())
                .map(OutputTensor::name)
                .count();
        return new Estimate(in, out, (int) modules);
    }

    private static List<String> notes(
            BaseModel base, BaseStatement statement, Tying tying, Changes changes, Optional<String> otherBase) {
        List<String> notes = new ArrayList<>();
        otherBase.ifPresent(notes::add);
        if (!statement.known()) {
            notes.add(statement.sentence());
        }
        notes.addAll(Remark.sentences(base.quantized().values()));
        notes.addAll(tying.decision().warnings());
        if (!changes.added().isEmpty()) {
            notes.add("The merged checkpoint is a classifier: the adapter brought its head. "
                    + "Names of its labels are not part of an adapter; they are LABEL_0 and so on.");
        }
        return notes;
    }
}
