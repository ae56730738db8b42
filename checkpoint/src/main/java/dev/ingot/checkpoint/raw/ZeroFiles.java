package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.pickle.PickleMapping;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.torch.StateDict;
import dev.ingot.checkpoint.torch.TorchFile;
import dev.ingot.checkpoint.torch.TorchValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What DeepSpeed saved under one tag: {@code mp_rank_00_model_states.pt} (stage 1 and 2) or one such file of each rank (stage 3), and one file of optimizer
 * states of each rank.
 *
 * @param stage 1, 2 or 3
 * @param models one, or one of each rank
 * @param optimizers one of each rank
 */
record ZeroFiles(int stage, Ranks models, Ranks optimizers) {
    private static final Pattern ANY_MODEL = Pattern.compile("(zero_pp_rank_\\d+_)?mp_rank_\\d+_model_states\\.pt");
    private static final Pattern MODEL =
            Pattern.compile("(?:^|/)(?:zero_pp_rank_(?<rank>\\d{1,5})_)?mp_rank_00_model_states\\.pt$");
    private static final Pattern OPTIMIZER =
            Pattern.compile("(?:^|/)(?:bf16_|fp16_)?zero_pp_rank_(?<rank>\\d{1,5})_mp_rank_00_optim_states\\.pt$");
    private static final Pattern TENSOR_PARALLEL = Pattern.compile("mp_rank_(?!00_)\\d+_(model|optim)_states\\.pt$");
    private static final List<String> AUTOEP = List.of("ds_autoep_layers", "autoep_layers");
    private static final String EXPORT =
            "let the trainer export the adapter with save_pretrained, from the run as it is loaded again";
    private static final Pattern EXPERTS = Pattern.compile("(?:^|/)(layer_\\d+_expert_|expp_rank_)");

    /** Folders of a set that DeepSpeed saved a tag in. */
    static List<String> folders(FileSet files) throws IOException {
        return Folders.with(files, ANY_MODEL);
    }

    /** Reads the headers of all files; RefusedInput {@code training.*} when they are not a whole that can be put together. */
    static ZeroFiles read(FileSet files, String folder) throws IOException {
        List<String> names = files.list().stream()
                .map(FileInfo::name)
                .filter(name -> Folders.isIn(name, folder))
                .toList();
        requireNoShards(files, names);
        Ranks models = Ranks.read(files, folder, MODEL);
        requireAllExperts(models, names);
        Ranks optimizers = Ranks.read(files, folder, OPTIMIZER);
        if (models.count() == 0 || optimizers.count() == 0) {
            throw Ranks.refuse(
                    "no-optimizer",
                    files.location(),
                    "'%s' has %d files of model states and %d of optimizer states with their float32 weights; a universal checkpoint (ds_to_universal) has none of these"
                            .formatted(folder, models.count(), optimizers.count()));
        }
        ZeroFiles zero = new ZeroFiles(stage(optimizers), models, optimizers);
        zero.requireWhole();
        return zero;
    }

    private static void requireNoShards(FileSet files, List<String> names) {
        for (String name : names) {
            if (TENSOR_PARALLEL.matcher(name).find()) {
                throw Ranks.refuse(
                        "tensor-parallel", files.location(), name + " is a shard of tensor parallelism", EXPORT);
            }
        }
    }

    /** With AutoEP every rank has experts of its own: in stage 3 in its partitions, below it in a file of each expert, as DeepSpeed-MoE has them too. */
    private static void requireAllExperts(Ranks models, List<String> names) {
        for (TorchFile model : models.files()) {
            for (String member : AUTOEP) {
                if (!TorchValues.items(TorchValues.member(model.root(), member)).isEmpty()) {
                    throw Ranks.refuse(
                            "autoep",
                            models.location(),
                            "AutoEP spread its experts over the ranks, as '%s' in %s says"
                                    .formatted(member, model.file().name()),
                            EXPORT);
                }
            }
        }
        for (String name : names) {
            if (EXPERTS.matcher(name).find()) {
                throw Ranks.refuse(
                        "experts", models.location(), name + " holds experts that DeepSpeed-MoE split off", EXPORT);
            }
        }
    }

    private static int stage(Ranks optimizers) {
        Optional<Long> stage =
                TorchValues.member(state(optimizers, 0), "zero_stage").flatMap(TorchValues::whole);
        if (stage.isEmpty() || stage.get() < 1 || stage.get() > 3) {
            throw Ranks.refuse(
                    "zero-stage",
                    optimizers.location(),
                    optimizers.first().file().name() + " does not say that it is of ZeRO stage 1, 2 or 3");
        }
        return stage.get().intValue();
    }

    private void requireWhole() {
        long partitions = TorchValues.member(optimizer(0), "partition_count")
                .map(ZeroFiles::largest)
                .orElse((long) optimizers.count());
        if (partitions != optimizers.count()) {
            throw refuse(
                    "ranks",
                    "it was saved by %d ranks, but there are files of %d".formatted(partitions, optimizers.count()));
        }
        if (stage == 3 && models.count() != optimizers.count()) {
            throw refuse(
                    "ranks",
                    "there are model states of %d ranks and optimizer states of %d"
                            .formatted(models.count(), optimizers.count()));
        }
    }

    private static long largest(PickleValue counts) {
        return TorchValues.whole(counts)
                .or(() -> TorchValues.wholes(counts)
                        .map(list -> list.stream().mapToLong(n -> n).max().orElse(0)))
                .orElse(0L);
    }

    int ranks() {
        return optimizers.count();
    }

    /** What a rank saved of the model. */
    PickleValue model(int rank) {
        return models.files().get(rank).root();
    }

    /** What a rank saved of its optimizer. */
    PickleValue optimizer(int rank) {
        return state(optimizers, rank);
    }

    private static PickleValue state(Ranks optimizers, int rank) {
        return TorchValues.member(optimizers.files().get(rank).root(), "optimizer_state_dict")
                .orElseThrow(() -> Ranks.refuse(
                        "no-optimizer",
                        optimizers.location(),
                        optimizers.files().get(rank).file().name() + " has no optimizer_state_dict"));
    }

    /** Shapes of trained parameters, by name, in the order of their group's vector. */
    List<Map<String, Shape>> groups() {
        List<Map<String, Shape>> groups = new ArrayList<>();
        Optional<PickleValue> shapes = TorchValues.member(model(0), "param_shapes");
        for (PickleValue group : TorchValues.items(shapes)) {
            groups.add(shapes(group));
        }
        if (groups.isEmpty()) {
            throw refuse("param-shapes", "its model states do not say which parameters were trained");
        }
        return groups;
    }

    /** Shapes of a dict of them, by name. */
    Map<String, Shape> shapes(PickleValue group) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        PickleMapping mapping = StateDict.mapping(group).orElseGet(PickleMapping::new);
        for (int i = 0; i < mapping.size(); i++) {
            String name = mapping.key(i).text();
            Optional<List<Long>> sizes = TorchValues.wholes(mapping.value(i));
            if (name == null || sizes.isEmpty()) {
                throw refuse("param-shapes", "a parameter has no name or no shape");
            }
            shapes.put(name, shape(name, sizes.get()));
        }
        return shapes;
    }

    private Shape shape(String name, List<Long> sizes) {
        try {
            return new Shape(sizes);
        } catch (ArithmeticException e) {
            throw refuse("param-shapes", name + " has the shape " + sizes + ", which overflows");
        }
    }

    RefusedInput refuse(String code, String why) {
        return Ranks.refuse(code, models.location(), why);
    }

    List<FileInfo> infos() {
        List<FileInfo> infos = new ArrayList<>(models.infos());
        infos.addAll(optimizers.infos());
        return infos;
    }
}
