package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.adapter.TrainerLeftovers;
import dev.ingot.checkpoint.loading.LoadedBase;
import dev.ingot.checkpoint.model.WeightFiles;
import dev.ingot.checkpoint.quantized.Remark;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.Assertion.AllFinite;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a request's plan from the headers of base and adapter (where it has one), or refuses. Output depends on the inputs alone. */
public final class Planner {
    /** The plan of a run that merges one adapter, as it was trained; otherwise as {@link #plan(RunRequest, FileSet, List)}. */
    public Plan plan(RunRequest request, FileSet base, FileSet adapter) throws IOException {
        String location = request.requireAdapters().getFirst().adapter();
        return plan(request, base, List.of(AdapterFiles.whole(location, adapter)));
    }

    /**
     * The plan of a run that merges.
     *
     * @param base the file set that the request's URI opens to
     * @param adapters likewise of the adapters, in the order of the request
     * @throws dev.ingot.checkpoint.RefusedInput when base and adapters do not fit or cannot be read
     * @throws IOException when a source fails
     */
    public Plan plan(RunRequest request, FileSet base, List<AdapterFiles> adapters) throws IOException {
        List<Adapter> trained = new ArrayList<>();
        for (AdapterFiles adapter : adapters) {
            trained.add(Contribution.read(adapter, request.baseIsResidual()));
        }
        LayerReplication replication = Contributions.replication(trained);
        BaseModel stored = BaseModel.read(base, request.swapNibbles());
        Optional<String> missing = Completeness.require(stored, Contributions.whole(trained));
        BaseModel headed = HeadedBase.of(stored, trained);
        BaseModel model = DeeperBase.of(headed, replication);
        Inputs inputs = new Inputs(request.base());
        Contributions contributions = Contributions.resolve(model, adapters, trained, inputs);
        Changes changes = contributions.changes();
        Tying tying = Tying.decide(model, base, contributions, request.tie());
        Vocabulary vocabulary = Vocabulary.of(model, changes, tying);
        TrainedBase onto = TrainedBase.of(model, contributions.configs(), changes, request);
        contributions.configs().forEach(config -> requireResidual(config, onto));
        contributions.configs().forEach(config -> SavedModules.require(config, model, changes.byParameter()));
        requireStoredLayers(replication, onto);
        HeadedBase.requireStoredNames(stored, headed, onto);
        Draft draft = new Draft(request, onto, inputs, changes, tying);
        List<String> ofAdapters = new ArrayList<>(contributions.note().stream().toList());
        ofAdapters.addAll(
                CarriedFiles.note(contributions.byTokenizer()).stream().toList());
        ofAdapters.addAll(contributions.repeated());
        contributions.configs().stream()
                .flatMap(config -> UnknownMembers.note(config).stream())
                .distinct()
                .forEach(ofAdapters::add);
        contributions.configs().stream()
                .flatMap(config -> BaseNames.difference(config, request.base()).stream())
                .distinct()
                .forEach(ofAdapters::add);
        contributions.configs().stream()
                .flatMap(config -> UntrainedFellows.note(config, model, changes.byParameter()).stream())
                .distinct()
                .forEach(ofAdapters::add);
        for (AdapterFiles adapter : adapters) {
            ofAdapters.addAll(TrainerLeftovers.note(adapter.files()).stream().toList());
            WeightFiles.besideAdapter(adapter.files()).ifPresent(ofAdapters::add);
        }
        WeightFiles.besideModel(base).ifPresent(ofAdapters::add);
        missing.ifPresent(ofAdapters::add);
        declared(request, contributions.configs()).ifPresent(ofAdapters::add);
        return draft.plan(
                MergedConfig.of(stored.config(), model, changes, tying, vocabulary, replication, draft.modelDType()),
                () -> CarriedFiles.of(base, contributions.byTokenizer(), inputs, vocabulary.rows()),
                contributions.summary(),
                notes(onto, tying, changes, ofAdapters));
    }

    /**
     * The plan of a run that has no adapter: the base as it is, dequantized.
     *
     * @param base the file set that the request's URI opens to
     * @throws dev.ingot.checkpoint.RefusedInput when the base cannot be read, or {@code base.not-quantized} when there is nothing to do
     * @throws IOException when a source fails
     */
    public Plan plan(RunRequest request, FileSet base) throws IOException {
        BaseModel model = BaseModel.read(base, request.swapNibbles());
        List<String> ofBase =
                new ArrayList<>(Completeness.require(model).stream().toList());
        WeightFiles.besideModel(base).ifPresent(ofBase::add);
        Inputs inputs = new Inputs(request.base());
        Tying tying = Tying.ofBase(model);
        TrainedBase onto = TrainedBase.withoutAdapter(model, request);
        Draft draft = new Draft(request, onto, inputs, Changes.NONE, tying);
        Plan plan = draft.plan(
                MergedConfig.ofBase(model, draft.modelDType()),
                () -> CarriedFiles.ofBase(base, inputs),
                "",
                notes(onto, tying, Changes.NONE, ofBase));
        requireWork(request, plan);
        return plan;
    }

    private static void requireWork(RunRequest request, Plan plan) {
        boolean quantized =
                plan.outputs().stream().anyMatch(tensor -> tensor.value().isQuantized());
        if (!quantized && request.dtype() == OutputDType.AUTO) {
            throw new RefusedInput(
                    "base.not-quantized",
                    "The base in %s is not quantized: its %d tensors are stored as they are, so that there is nothing to dequantize."
                            .formatted(request.base(), plan.outputs().size()),
                    "load it as it is; say --quantization-config (nf4-double, …) if training quantized it while loading;"
                            + " or --dtype float16, bfloat16 or float32 to have it converted");
        }
    }

    /** What is decided of a run before its outputs are laid out. */
    private record Draft(RunRequest request, TrainedBase onto, Inputs inputs, Changes changes, Tying tying) {
        OutputDTypes dtypes() {
            return new OutputDTypes(request.dtype());
        }

        private @Nullable List<String> adapters() {
            return request.hasAdapters()
                    ? request.requireAdapters().stream()
                            .map(WeightedAdapter::adapter)
                            .toList()
                    : null;
        }

        /** As config.json names it. */
        DType modelDType() {
            return dtypes().of("", onto.dtype());
        }

        Plan plan(MergedConfig config, Carrying carrying, String adapterSummary, List<String> notes)
                throws IOException {
            BaseModel model = onto.base();
            Outputs outputs = new Outputs(onto, inputs, dtypes(), changes, tying);
            List<String> leftOut = leftOut(model, changes);
            List<OutputShard> shards =
                    new ShardCutter(request.maxShardBytes()).cut(outputs.ofBase(leftOut), outputs.added(onto.dtype()));
            List<CarriedFile> carried = carrying.files();
            return new Plan(
                    Plan.SCHEMA,
                    request.run(),
                    model.config().modelType(),
                    model.config().architecture(),
                    inputs.files(),
                    shards,
                    ledger(model, changes, leftOut),
                    tying.decision(),
                    onto.statement(),
                    assertions(outputs),
                    config.text(),
                    config.edits(),
                    carried,
                    adapterSummary,
                    estimate(inputs, shards),
                    request.provenance(),
                    notes,
                    adapters());
        }
    }

    /** Finds the files that go along; asked after the shards are cut, so that the files of weights stand first among the inputs. */
    @FunctionalInterface
    private interface Carrying {
        List<CarriedFile> files() throws IOException;
    }

    /** A classifier has no language-model head; a base that stores one on its own loses it. */
    private static List<String> leftOut(BaseModel base, Changes changes) {
        return changes.task().stream()
                .flatMap(task -> base.parameters().keySet().stream().filter(name -> !task.keeps(name)))
                .toList();
    }

    private static void requireStoredLayers(LayerReplication replication, TrainedBase onto) {
        if (!replication.isNone() && onto.loaded().isPresent()) {
            throw new RefusedInput(
                    "adapter.unsupported-option",
                    "The adapter replicates layers of a base that was quantized while loading; that is not merged.",
                    "dequantize the base first (ingot dequantize), and merge onto the result");
        }
    }

    /** An initialization that takes a part out of the base needs weights that were not quantized while they were loaded. */
    private static void requireResidual(AdapterConfig adapter, TrainedBase onto) {
        boolean lora = adapter.type().filter(AdapterType.LORA::equals).isPresent();
        if (lora && onto.loaded().isPresent() && Residual.of(adapter) != Residual.NONE) {
            throw Residual.of(adapter).onQuantized("every linear layer");
        }
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

    /** What a request says of the base that no file does; RefusedInput {@code adapter.conflict} where it cannot be true of all adapters. */
    private static Optional<String> declared(RunRequest request, List<AdapterConfig> adapters) {
        List<AdapterConfig> changing =
                adapters.stream().filter(Residual::takesOut).toList();
        if (request.baseIsResidual() && changing.size() > 1) {
            throw new RefusedInput(
                    "adapter.conflict",
                    "%d of the adapters were trained on what their initialization left of a base, and the base at hand can be that of one only."
                            .formatted(changing.size()),
                    "merge one of them onto its residual first (--base-is-residual)");
        }
        if (!request.baseIsResidual()) {
            return changing.stream().findFirst().map(Residual::assumption);
        }
        return Optional.of(Residual.declaration(changing.isEmpty() ? adapters.getFirst() : changing.getFirst()));
    }

    private static List<String> notes(TrainedBase onto, Tying tying, Changes changes, List<String> ofAdapters) {
        List<String> notes = new ArrayList<>(ofAdapters);
        if (!onto.statement().known()) {
            notes.add(onto.statement().sentence());
        }
        notes.addAll(Remark.sentences(onto.base().quantized().values()));
        onto.loaded().flatMap(LoadedBase::assumption).ifPresent(notes::add);
        notes.addAll(tying.decision().warnings());
        changes.task()
                .ifPresent(task -> notes.add(
                        "The merged checkpoint is a %s: the adapter brought its head. Names of labels are not part of an adapter; they are LABEL_0 and so on."
                                .formatted(task.architecture())));
        return notes;
    }
}
