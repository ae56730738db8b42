package dev.ingot.validate.structure;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.WeightFiles;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.validate.weights.MergedWeights;
import dev.ingot.validate.weights.TrainedModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether a merged folder holds exactly the tensors that config and base imply, in the right shapes, and nothing that misleads a loader. */
public final class StructureCheck {
    static final Set<String> MISLEADING =
            Set.of("adapter_config.json", "adapter_model.safetensors", "adapter_model.bin");

    private static final Pattern COMPUTED =
            Pattern.compile("(\\.rotary_emb\\.inv_freq|\\.position_ids|\\.attn(ention)?\\.masked_bias)$");

    private static final Pattern MASK = Pattern.compile("\\.attn(ention)?\\.bias$");

    private final TrainedModel trained;
    private final MergedWeights merged;
    private final boolean tied;
    private final List<String> faults = new ArrayList<>();

    private StructureCheck(TrainedModel trained, MergedWeights merged, boolean tied) {
        this.trained = trained;
        this.merged = merged;
        this.tied = tied;
    }

    /**
     * Faults as sentences; none when all is as it should be.
     *
     * @param tied whether the merged config makes a consumer take the input embedding for the output too
     */
    public static List<String> faults(
            FileSet files,
            ModelConfig baseConfig,
            ModelConfig mergedConfig,
            TrainedModel trained,
            MergedWeights merged,
            boolean tied)
            throws IOException {
        StructureCheck check = new StructureCheck(trained, merged, tied);
        check.faults.addAll(ConfigCheck.faults(baseConfig, mergedConfig));
        check.checkClass(mergedConfig);
        check.checkPacking();
        check.checkTensors(SpeculativeLayers.of(baseConfig));
        check.checkEnds();
        check.checkSizes(baseConfig, mergedConfig);
        Tied.fault(baseConfig, mergedConfig, merged, trained).ifPresent(check.faults::add);
        check.checkDType(mergedConfig);
        for (FileInfo file : files.list()) {
            if (MISLEADING.contains(file.name()) && !merged.files().contains(file.name())) {
                check.faults.add(file.name() + " lies beside the merged weights, and loaders would take it");
            }
        }
        check.checkOthers(files, mergedConfig);
        return check.faults;
    }

    /** A second set of weights, which other loaders, other options or the next save would take. */
    private void checkOthers(FileSet files, ModelConfig config) throws IOException {
        for (String other : WeightFiles.notLoaded(files)) {
            faults.add("%s leads to other weights beside the merged ones in %s: one of the two is stale"
                    .formatted(other, WeightFiles.ofModel(files).getFirst()));
        }
        WeightFiles.named(files, config)
                .ifPresent(name -> faults.add(
                        "config.json names %s as its weights (transformers_weights), and transformers would load that"
                                .formatted(name)));
    }

    private void checkClass(ModelConfig config) {
        String expected = trained.type().architecture();
        if (!expected.isEmpty() && !config.architecture().equals(expected)) {
            faults.add("config.json names the class '%s'; the trained model is of '%s'"
                    .formatted(config.architecture(), expected));
        }
    }

    /** A merge into packed weights rounds them to 8 or 4 bit again. */
    private void checkPacking() {
        merged.packed().stream()
                .sorted()
                .findFirst()
                .ifPresent(first -> faults.add(
                        "%d tensors are packed by a quantizer, %s first: merged weights that go through 8 or 4 bit are not the trained ones"
                                .formatted(merged.packed().size(), first)));
    }

    /** @param dispensable of the base's tensors: those that a merge may leave out */
    private void checkTensors(Predicate<String> dispensable) {
        Set<String> expected = new TreeSet<>(trained.tensors());
        expected.remove(trained.ends().outputTensor());
        Set<String> found = new TreeSet<>(merged.names());
        found.remove(trained.ends().outputTensor());
        for (String tensor : expected) {
            if (found.remove(tensor)) {
                checkShape(tensor);
            } else if (!isComputed(tensor, trained.weights().shape(tensor)) && !dispensable.test(tensor)) {
                faults.add(tensor + " is missing");
            }
        }
        found.removeIf(tensor -> isComputed(tensor, merged.shape(tensor)));
        found.forEach(tensor -> faults.add(tensor + " is in the checkpoint, but not in the model"));
    }

    /** What some releases stored although models compute it. */
    private static boolean isComputed(String tensor, Optional<Shape> shape) {
        boolean mask = MASK.matcher(tensor).find()
                && shape.map(found -> found.rank() > 2).orElse(false);
        return mask || COMPUTED.matcher(tensor).find();
    }

    private void checkShape(String tensor) {
        Shape expected = trained.weights().shape(tensor).orElseThrow();
        Shape found = merged.shape(tensor).orElseThrow();
        if (!found.equals(expected)) {
            faults.add("%s has shape %s; expected %s".formatted(tensor, found, expected));
        }
    }

    /** The output embedding: there where the config says that it is, and tied only where the trained model is. */
    private void checkEnds() {
        String output = trained.ends().outputTensor();
        boolean stored = merged.has(output);
        boolean known = trained.tensors().contains(output);
        if (known && !tied && !stored) {
            faults.add("%s is missing, and tie_word_embeddings is false: loaders would make one up".formatted(output));
        }
        if (known && tied && !trained.endsMayBeEqual()) {
            faults.add(
                    "tie_word_embeddings is true, so that loaders replace %s by %s, but the trained model's two ends differ"
                            .formatted(output, trained.ends().inputTensor()));
        }
        if (stored && known) {
            checkShape(output);
        }
        if (stored && !known) {
            faults.add(output + " is in the checkpoint, but not in the model");
        }
    }

    /** Vocabulary and depth, which only an adapter that changes them may change. */
    private void checkSizes(ModelConfig base, ModelConfig config) {
        Optional<Shape> before = trained.base().shape(trained.ends().inputTensor());
        Optional<Shape> after = trained.weights().shape(trained.ends().inputTensor());
        boolean resized = !before.equals(after);
        long rows = after.map(shape -> shape.dim(0)).orElse(0L);
        Optional<Long> size = base.integer("vocab_size");
        boolean left = size.isEmpty() && config.integer("vocab_size").equals(Optional.of(rows));
        requireNumber("vocab_size", resized || left ? Optional.of(rows) : size, config);
        boolean deeper = trained.layers() > 0;
        for (String member : List.of("num_hidden_layers", "n_layer")) {
            Optional<Long> said = base.integer(member);
            requireNumber(member, deeper && said.isPresent() ? Optional.of((long) trained.layers()) : said, config);
        }
        if (!deeper) {
            faults.addAll(LayerLists.faults(base.text(), config.text()));
        }
    }

    private void requireNumber(String member, Optional<Long> expected, ModelConfig config) {
        Optional<Long> found = config.integer(member);
        String type = config.text().text("model_type").orElse("");
        Optional<Long> usual = ConfigDefaults.of(type).json().integer(member);
        if (!found.equals(expected) && !(expected.isEmpty() && found.equals(usual))) {
            faults.add("config.json has %s %s; expected %s"
                    .formatted(
                            member,
                            found.map(String::valueOf).orElse("nothing"),
                            expected.map(String::valueOf).orElse("nothing")));
        }
    }

    private void checkDType(ModelConfig config) {
        for (String tensor : merged.names()) {
            boolean wasFloat = trained.weights().shape(tensor).isPresent()
                    && trained.weights().dtype(tensor).isMergeable();
            DType dtype = merged.dtype(tensor);
            if (wasFloat && !dtype.isMergeable()) {
                faults.add("%s is %s; expected F16, BF16 or F32".formatted(tensor, dtype));
            }
        }
        checkSaidDType(config);
    }

    /** Loaders that go by what config.json says round every tensor to it; which of two they take depends on their release. */
    private void checkSaidDType(ModelConfig config) {
        Map<DType, Long> values = new TreeMap<>();
        merged.names().stream()
                .filter(tensor -> merged.dtype(tensor).isMergeable())
                .forEach(tensor -> values.merge(
                        merged.dtype(tensor), merged.shape(tensor).orElseThrow().elements(), Long::sum));
        Set<DType> said = new TreeSet<>(Stream.of("dtype", "torch_dtype")
                .flatMap(member -> config.json().text(member).stream())
                .flatMap(name -> DType.ofTorchName(name).stream())
                .toList());
        config.dtype().filter(dtype -> said.isEmpty()).ifPresent(said::add);
        if (said.size() > 1) {
            faults.add("config.json says dtype %s, but torch_dtype %s"
                    .formatted(
                            config.json().text("dtype").orElse(""),
                            config.json().text("torch_dtype").orElse("")));
        }
        Optional<DType> most = values.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
        for (DType dtype : said) {
            if (!values.containsKey(dtype)) {
                faults.add(
                        "config.json says dtype %s, which no tensor has: loaders that go by it would round the weights again"
                                .formatted(dtype.torchName()));
            } else if (dtype != DType.F32 && !most.equals(Optional.of(dtype))) {
                faults.add(
                        "config.json says dtype %s, but most values are %s: loaders that go by it would round the weights again"
                                .formatted(dtype.torchName(), most.orElseThrow().torchName()));
            }
        }
    }
}
