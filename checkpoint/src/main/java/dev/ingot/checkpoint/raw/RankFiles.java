package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.assembly.AssembledTensor;
import dev.ingot.checkpoint.assembly.Assembly;
import dev.ingot.checkpoint.assembly.Block;
import dev.ingot.checkpoint.pickle.PickleObject;
import dev.ingot.checkpoint.pickle.PickleSequence;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.torch.StateDict;
import dev.ingot.checkpoint.torch.StridedTensor;
import dev.ingot.checkpoint.torch.TorchFile;
import dev.ingot.checkpoint.torch.TorchValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code model_world_size_W_rank_R.pt} of each rank, as verl writes them: state dicts whose tensors are DTensors, each with the rank's own part and how it was
 * cut. A tensor that is cut in one dimension is put together over the ranks; one that every rank has whole is read from rank 0.
 */
final class RankFiles {
    private static final Pattern ANY = Pattern.compile("model_world_size_\\d+_rank_\\d+\\.pt");
    private static final Pattern RANK = Pattern.compile("(?:^|/)model_world_size_\\d+_rank_(?<rank>\\d{1,5})\\.pt$");
    private static final Pattern SIZE = Pattern.compile("model_world_size_(\\d{1,5})_rank_");
    private static final String PLACEMENTS = "placement_types.";

    private final Ranks ranks;
    private final List<StateDict> states = new ArrayList<>();

    private RankFiles(Ranks ranks) {
        this.ranks = ranks;
        for (TorchFile file : ranks.files()) {
            states.add(StateDict.in(file));
        }
    }

    /** Folders of a set with such files. */
    static List<String> folders(FileSet files) throws IOException {
        return Folders.with(files, ANY);
    }

    /** Reads the headers of all ranks; RefusedInput {@code training.*} when they are not a whole that can be put together. */
    static Assembly read(FileSet files, String folder) throws IOException {
        RankFiles read = new RankFiles(Ranks.read(files, folder, RANK));
        read.requireAll();
        List<AssembledTensor> tensors = new ArrayList<>();
        for (Map.Entry<String, PickleValue> tensor :
                read.states.getFirst().tensors().entrySet()) {
            tensors.add(read.tensor(tensor.getKey()));
        }
        return Assembly.of(folder, tensors, read.ranks.infos());
    }

    private void requireAll() {
        String first = ranks.first().file().name();
        var size = SIZE.matcher(first);
        if (!size.find() || Integer.parseInt(size.group(1)) != ranks.count()) {
            throw refuse(
                    "ranks",
                    "%s is of another number of ranks than the %d that are there".formatted(first, ranks.count()));
        }
        for (StateDict state : states) {
            if (!state.tensors().keySet().equals(states.getFirst().tensors().keySet())) {
                throw refuse("ranks", "its ranks hold tensors of different names");
            }
        }
    }

    private AssembledTensor tensor(String name) throws IOException {
        PickleObject first = distributed(name, 0);
        Shape shape = shape(name, first);
        PickleObject placement = placement(name, first);
        StridedTensor own = local(name, 0);
        if (placement.className().endsWith(".Replicate")) {
            return one(name, shape, own);
        }
        if (!placement.className().endsWith(".Shard")) {
            throw refuse(
                    "placement",
                    "%s is placed as %s, which is no whole value of it".formatted(name, placement.className()));
        }
        int dim = placement
                .member("dim")
                .or(() -> placement.argument(0))
                .flatMap(TorchValues::whole)
                .filter(at -> at >= 0 && at < shape.rank())
                .orElseThrow(() -> refuse("placement", name + " is cut in a dimension that it does not have"))
                .intValue();
        return cut(name, shape, dim);
    }

    private AssembledTensor one(String name, Shape shape, StridedTensor own) {
        if (!own.shape().equals(shape)) {
            throw refuse("placement", "%s has the shape %s, but rank 0 has %s".formatted(name, shape, own.shape()));
        }
        return new AssembledTensor(name, own.dtype(), shape, shape, List.of(own.block()));
    }

    /** With several copies of the model, the first ranks hold the first copy. */
    private AssembledTensor cut(String name, Shape shape, int dim) throws IOException {
        List<Block> blocks = new ArrayList<>();
        StridedTensor own = local(name, 0);
        long at = 0;
        for (int rank = 0; rank < ranks.count() && at < shape.dim(dim); rank++) {
            StridedTensor part = local(name, rank);
            if (part.dtype() != own.dtype() || part.shape().rank() != shape.rank()) {
                throw refuse("placement", "the parts of %s differ in dtype or rank".formatted(name));
            }
            if (part.shape().elements() > 0) {
                List<Long> offsets =
                        new ArrayList<>(shape.dims().stream().map(size -> 0L).toList());
                offsets.set(dim, at);
                blocks.add(part.block(offsets));
            }
            at += part.shape().dim(dim);
        }
        if (!Tiling.fills(shape, blocks)) {
            throw refuse("placement", "the parts of %s do not make up its shape %s".formatted(name, shape));
        }
        return new AssembledTensor(name, own.dtype(), shape, shape, blocks);
    }

    private PickleObject distributed(String name, int rank) {
        PickleValue value = states.get(rank).tensors().get(name);
        if (value instanceof PickleObject object
                && object.argument(1).orElse(null) instanceof PickleValue.Global type
                && type.name().equals("DTensor")) {
            return object;
        }
        throw refuse(
                "plain-tensor",
                "%s of rank %d is no DTensor, so that nothing says how it is cut".formatted(name, rank));
    }

    private Optional<PickleValue> state(PickleObject distributed, String member) {
        Optional<PickleValue> state = distributed.argument(3);
        Optional<PickleValue> direct = state.flatMap(value -> TorchValues.member(value, member));
        if (direct.isPresent()) {
            return direct;
        }
        return TorchValues.items(state).stream()
                .flatMap(part -> TorchValues.member(part, member).stream())
                .findFirst();
    }

    private StridedTensor local(String name, int rank) throws IOException {
        PickleValue local = state(distributed(name, rank), "_local_tensor")
                .orElseThrow(() -> refuse("placement", name + " has no local part"));
        return ranks.tensors(rank).tensor(name, local);
    }

    private PickleObject spec(String name, PickleObject distributed) {
        return state(distributed, "_spec")
                .filter(PickleObject.class::isInstance)
                .map(PickleObject.class::cast)
                .orElseThrow(() -> refuse("placement", name + " does not say how it is cut"));
    }

    /** {@code tensor_meta} is a named tuple of shape, stride and dtype. */
    private Shape shape(String name, PickleObject distributed) {
        return spec(name, distributed)
                .member("tensor_meta")
                .filter(PickleObject.class::isInstance)
                .flatMap(meta -> ((PickleObject) meta).argument(0))
                .flatMap(TorchValues::wholes)
                .map(Shape::new)
                .orElseThrow(() -> refuse("placement", name + " does not say what shape it has as a whole"));
    }

    /** The last placement; those before it have to be copies. */
    private PickleObject placement(String name, PickleObject distributed) {
        List<PickleValue> all = spec(name, distributed)
                .member("placements")
                .filter(PickleSequence.class::isInstance)
                .map(value -> ((PickleSequence) value).items())
                .orElse(List.of());
        for (int i = 0; i < all.size(); i++) {
            boolean known = all.get(i) instanceof PickleObject object
                    && object.className().contains(PLACEMENTS)
                    && (i == all.size() - 1 || object.className().endsWith(".Replicate"));
            if (!known) {
                throw refuse("placement", "%s is cut in more than one way".formatted(name));
            }
        }
        if (all.isEmpty()) {
            throw refuse("placement", name + " does not say how it is cut");
        }
        return (PickleObject) all.getLast();
    }

    private RefusedInput refuse(String code, String why) {
        return Ranks.refuse(code, ranks.location(), why);
    }
}
