package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.loading.LoadedTensor.Treatment;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rules by which one generation of transformers quantizes one class of model while it loads it. */
final class LoadingRules {
    private static final String REMEDY =
            "save the quantized base with bitsandbytes (save_pretrained after loading it) and name that as base; or merge onto the 16-bit"
                    + " tensors with merge base original";

    private final TrainingQuantization asked;
    private final TransformersGeneration generation;
    private final ModelConfig config;
    private final Placement placement;
    private final Optional<Placement> stored;
    private final DType dtype;

    private LoadingRules(
            TrainingQuantization asked,
            TransformersGeneration generation,
            ModelConfig config,
            Placement placement,
            Optional<Placement> stored) {
        this.asked = asked;
        this.generation = generation;
        this.config = config;
        this.placement = placement;
        this.stored = stored;
        this.dtype = asked.dtype()
                .or(() -> asked.dtypeOfConfig() ? Optional.empty() : generation.dtypeWithoutRequest())
                .or(config::dtype)
                .orElse(DType.F32);
    }

    static boolean knows(TransformersGeneration generation, ModelConfig config, String trainedClass) {
        return model(generation, config, trainedClass).isPresent();
    }

    private static Optional<ModelClass> model(
            TransformersGeneration generation, ModelConfig config, String trainedClass) {
        ModuleTable table = ModuleTable.of(generation);
        return trainedClass.isEmpty() ? table.languageModelOf(config.modelType()) : table.find(trainedClass);
    }

    /** The rules for a class; RefusedInput {@code quantization.unknown-modules} when the table has it not. */
    static LoadingRules of(
            TrainingQuantization asked, TransformersGeneration generation, ModelConfig config, String trainedClass) {
        ModuleTable table = ModuleTable.of(generation);
        ModelClass model = model(generation, config, trainedClass)
                .orElseThrow(() -> new RefusedInput(
                        "quantization.unknown-modules",
                        "Which parameters of a %s (model type '%s') are linear is not known for %s; the table was made from %s."
                                .formatted(
                                        trainedClass.isEmpty() ? "model without architectures" : trainedClass,
                                        config.modelType(),
                                        generation,
                                        table.version()),
                        REMEDY));
        Optional<Placement> stored = table.find(config.architecture())
                .filter(own -> !own.name().equals(model.name()))
                .map(own -> new Placement(own, table, config));
        return new LoadingRules(asked, generation, config, new Placement(model, table, config), stored);
    }

    /** What loading makes of these tensors. */
    LoadedBase apply(Collection<LocatedTensor> tensors) {
        Map<String, Optional<Placement.Place>> places = new HashMap<>();
        tensors.forEach(tensor -> places.put(tensor.name(), placement.of(tensor)));
        List<SkipKey> skips = skips(places.values());
        Map<String, LoadedTensor> loaded = new HashMap<>();
        for (LocatedTensor tensor : tensors) {
            loaded.put(tensor.name(), loaded(tensor, places.get(tensor.name()), skips));
        }
        return new LoadedBase(asked, generation, dtype, loaded, Optional.empty());
    }

    private LoadedTensor loaded(LocatedTensor tensor, Optional<Placement.Place> found, List<SkipKey> skips) {
        if (!tensor.dtype().isMergeable() || found.isEmpty() && isLeftOut(tensor)) {
            return new LoadedTensor(tensor.dtype(), Treatment.CAST);
        }
        Placement.Place place = found.orElseThrow(() -> unknown(tensor));
        boolean kept = generation.keepsFloat32(placement.model(), place.parameter(), dtype);
        Treatment treatment = treatment(tensor, place, skips);
        if (treatment == Treatment.CAST) {
            return new LoadedTensor(kept ? tensor.dtype() : dtype, treatment);
        }
        return new LoadedTensor(kept ? DType.F32 : dtype, treatment);
    }

    private Treatment treatment(LocatedTensor tensor, Placement.Place place, List<SkipKey> skips) {
        return switch (place.kind()) {
            case OTHER -> Treatment.CAST;
            case LINEAR -> isSkipped(place, skips) ? Treatment.CAST : Treatment.QUANTIZED;
            case LINEAR_SUBCLASS ->
                !generation.quantizesSubclasses() || isSkipped(place, skips) ? Treatment.CAST : Treatment.QUANTIZED;
            case CONV1D -> isSkipped(place, skips) ? Treatment.CAST : Treatment.QUANTIZED_TRANSPOSED;
            case REARRANGED ->
                throw refuse(
                        "rearranged-modules",
                        tensor,
                        "puts it together with others, or cuts it up, before it quantizes it");
            case AMBIGUOUS ->
                throw refuse(
                        "unknown-modules", tensor, "puts it into a linear module in some configs and not in others");
        };
    }

    private boolean isSkipped(Placement.Place place, List<SkipKey> skips) {
        String module = ModelClass.moduleOf(place.parameter());
        return skips.stream().anyMatch(key -> generation.skips(key, module));
    }

    /** Whether the trained class does not load the tensor: it ignores it, or it belongs to the head of the class that was saved. */
    private boolean isLeftOut(LocatedTensor tensor) {
        return placement.model().ignored().stream()
                        .anyMatch(regex ->
                                Pattern.compile(regex).matcher(tensor.name()).find())
                || stored.flatMap(other -> other.of(tensor)).isPresent();
    }

    private List<SkipKey> skips(Collection<Optional<Placement.Place>> places) {
        ModelClass model = placement.model();
        List<String> keys = new ArrayList<>(asked.skipModules().orElseGet(() -> {
            boolean tied = config.tieWordEmbeddings().orElse(model.tied());
            return (tied ? model.skipsTied() : model.skips())
                    .stream()
                            .flatMap(key -> SkippedPlaces.filled(key, places).stream())
                            .toList();
        }));
        keys.addAll(model.float32());
        return keys.stream().map(SkipKey::new).toList();
    }

    private RefusedInput unknown(LocatedTensor tensor) {
        return refuse("unknown-modules", tensor, "does not have it in any config that the table was made from");
    }

    private RefusedInput refuse(String code, LocatedTensor tensor, String why) {
        return new RefusedInput(
                "quantization." + code,
                "Whether training saw %s quantized is not known: %s of %s %s."
                        .formatted(tensor.name(), placement.model().name(), generation, why),
                REMEDY);
    }
}
