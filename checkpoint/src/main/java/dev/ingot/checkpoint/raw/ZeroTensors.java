package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.assembly.AssembledTensor;
import dev.ingot.checkpoint.assembly.Assembly;
import dev.ingot.checkpoint.assembly.Block;
import dev.ingot.checkpoint.pickle.PickleMapping;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.torch.StridedTensor;
import dev.ingot.checkpoint.torch.TorchTensors;
import dev.ingot.checkpoint.torch.TorchValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a DeepSpeed checkpoint, put together as its own {@code zero_to_fp32} does: trained parameters in float32 from the flat partitions of all
 * ranks, frozen ones from their fragments in the dtype of training, and from rank 0's module what is neither: buffers, and the scales of 4-bit weights,
 * which that tool leaves out.
 */
final class ZeroTensors {
    private final ZeroFiles zero;
    private final Map<String, AssembledTensor> tensors = new LinkedHashMap<>();

    private ZeroTensors(ZeroFiles zero) {
        this.zero = zero;
    }

    /** @param folder of one tag */
    static Assembly read(FileSet files, String folder) throws IOException {
        ZeroFiles zero = ZeroFiles.read(files, folder);
        ZeroTensors made = new ZeroTensors(zero);
        if (zero.stage() == 3) {
            made.addPartitionedByParameter();
        } else {
            made.addPartitionedByGroup();
        }
        made.addFrozen();
        made.addModule();
        made.addShared();
        return Assembly.of(folder, List.copyOf(made.tensors.values()), zero.infos());
    }

    /**
     * Stage 1 and 2: a group's vector is cut in one piece for each rank, and parameters follow one another in it. Behind the last one there may be padding
     * up to a multiple of twice the number of ranks, in the vector or missing from it.
     */
    private void addPartitionedByGroup() throws IOException {
        List<Map<String, Shape>> groups = zero.groups();
        List<PickleValue> paddings =
                TorchValues.items(TorchValues.member(zero.optimizer(0), "param_alignment_paddings"));
        for (int g = 0; g < groups.size(); g++) {
            FlatPieces vector = new FlatPieces();
            for (int rank = 0; rank < zero.ranks(); rank++) {
                vector.add(piece(rank, "single_partition_of_fp32_groups", g));
            }
            List<Long> skips = g < paddings.size() ? wholes(paddings.get(g)) : List.of();
            long end = cutGroup(groups.get(g), vector, skips);
            long unit = 2L * zero.ranks();
            if (aligned(end, unit) != aligned(vector.length(), unit)) {
                throw misfit(end, vector.length());
            }
        }
    }

    private long cutGroup(Map<String, Shape> group, FlatPieces vector, List<Long> skips) {
        long at = 0;
        int index = 0;
        for (Map.Entry<String, Shape> parameter : group.entrySet()) {
            long count = parameter.getValue().elements();
            if (count > vector.length() - at) {
                throw misfit(at + count, vector.length());
            }
            List<Block> blocks = new ArrayList<>();
            vector.cut(at, count, 0, blocks);
            addFlat(parameter.getKey(), DType.F32, parameter.getValue(), blocks);
            at += count + (index < skips.size() ? skips.get(index) : 0);
            index++;
        }
        return at;
    }

    /** Stage 3: every rank has a slice of every parameter, the last ones padded: ceil(elements / ranks) of them. */
    private void addPartitionedByParameter() throws IOException {
        List<FlatPieces> vectors = new ArrayList<>();
        for (int rank = 0; rank < zero.ranks(); rank++) {
            vectors.add(vector(rank));
        }
        long at = 0;
        for (Map<String, Shape> group : zero.groups()) {
            for (Map.Entry<String, Shape> parameter : group.entrySet()) {
                long count = parameter.getValue().elements();
                long slice = Math.ceilDiv(count, (long) zero.ranks());
                List<Block> blocks = new ArrayList<>();
                for (int rank = 0; rank < zero.ranks(); rank++) {
                    long held = Math.min(slice, count - rank * slice);
                    if (slice > vectors.get(rank).length() - at) {
                        throw misfit(at + slice, vectors.get(rank).length());
                    }
                    if (held > 0) {
                        vectors.get(rank).cut(at, held, rank * slice, blocks);
                    }
                }
                addFlat(parameter.getKey(), DType.F32, parameter.getValue(), blocks);
                at += slice;
            }
        }
        if (at != vectors.getFirst().length()) {
            throw misfit(at, vectors.getFirst().length());
        }
    }

    private FlatPieces vector(int rank) throws IOException {
        FlatPieces vector = new FlatPieces();
        int groups = groupsOf(rank, "fp32_flat_groups").size();
        for (int g = 0; g < groups; g++) {
            vector.add(piece(rank, "fp32_flat_groups", g));
        }
        return vector;
    }

    private List<PickleValue> groupsOf(int rank, String member) {
        return TorchValues.items(TorchValues.member(zero.optimizer(rank), member));
    }

    private StridedTensor piece(int rank, String member, int group) throws IOException {
        List<PickleValue> groups = groupsOf(rank, member);
        if (group >= groups.size()) {
            throw zero.refuse("partition", "rank %d has no %s of group %d".formatted(rank, member, group));
        }
        StridedTensor piece = zero.optimizers().tensors(rank).tensor(member, groups.get(group));
        if (piece.dtype() != DType.F32 || piece.shape().rank() != 1 || !piece.isContiguous()) {
            throw zero.refuse("partition", "%s of rank %d is no float32 vector".formatted(member, rank));
        }
        return piece;
    }

    private void addFrozen() throws IOException {
        Optional<PickleValue> shapes = TorchValues.member(zero.model(0), "frozen_param_shapes");
        if (shapes.isEmpty()) {
            return;
        }
        for (Map.Entry<String, Shape> parameter : zero.shapes(shapes.get()).entrySet()) {
            FlatPieces vector = new FlatPieces();
            Optional<DType> dtype = Optional.empty();
            for (int rank = 0; rank < zero.models().count(); rank++) {
                Optional<StridedTensor> fragment = fragment(rank, parameter.getKey());
                if (fragment.isPresent()) {
                    vector.add(fragment.get());
                    dtype = fragment.map(StridedTensor::dtype);
                }
            }
            if (dtype.isPresent()) {
                addFrozen(parameter.getKey(), parameter.getValue(), dtype.get(), vector);
            }
        }
    }

    private void addFrozen(String name, Shape shape, DType dtype, FlatPieces vector) {
        long count = shape.elements();
        if (count > vector.length()) {
            throw zero.refuse(
                    "frozen", "%s has %d elements, but its fragments %d".formatted(name, count, vector.length()));
        }
        List<Block> blocks = new ArrayList<>();
        vector.cut(0, count, 0, blocks);
        addFlat(name, dtype, shape, blocks);
    }

    private Optional<StridedTensor> fragment(int rank, String name) throws IOException {
        PickleMapping fragments =
                TorchValues.mappingOrEmpty(TorchValues.member(zero.model(rank), "frozen_param_fragments"));
        Optional<PickleValue> value = fragments.get(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        StridedTensor fragment = zero.models().tensors(rank).tensor(name, value.get());
        if (!fragment.isContiguous()) {
            throw zero.refuse("frozen", "the fragment of %s of rank %d is not contiguous".formatted(name, rank));
        }
        return Optional.of(fragment);
    }

    /** Empty tensors are what stage 3 leaves in the place of partitioned parameters. */
    private void addModule() throws IOException {
        PickleMapping module = TorchValues.mappingOrEmpty(TorchValues.member(zero.model(0), "module"));
        for (int i = 0; i < module.size(); i++) {
            String name = module.key(i).text();
            if (name != null && !tensors.containsKey(name) && TorchTensors.isTensor(module.value(i))) {
                StridedTensor tensor = zero.models().tensors(0).tensor(name, module.value(i));
                if (tensor.shape().elements() > 0) {
                    tensors.put(
                            name,
                            new AssembledTensor(
                                    name, tensor.dtype(), tensor.shape(), tensor.shape(), List.of(tensor.block())));
                }
            }
        }
    }

    private void addShared() {
        PickleMapping shared = TorchValues.mappingOrEmpty(TorchValues.member(zero.model(0), "shared_params"));
        for (int i = 0; i < shared.size(); i++) {
            String alias = shared.key(i).text();
            String name = shared.value(i).text();
            AssembledTensor real = name == null ? null : tensors.get(name);
            if (alias != null && real != null) {
                tensors.put(alias, new AssembledTensor(alias, real.dtype(), real.shape(), real.grid(), real.blocks()));
            }
        }
    }

    private void addFlat(String name, DType dtype, Shape shape, List<Block> blocks) {
        AssembledTensor tensor = new AssembledTensor(name, dtype, shape, Shape.of(shape.elements()), blocks);
        if (tensors.put(name, tensor) != null) {
            throw zero.refuse("partition", name + " is saved twice");
        }
    }

    private List<Long> wholes(PickleValue list) {
        return TorchValues.items(Optional.of(list)).stream()
                .map(item -> TorchValues.whole(item)
                        .filter(skip -> skip >= 0)
                        .orElseThrow(() -> zero.refuse("partition", "its paddings are no whole numbers")))
                .toList();
    }

    private RefusedInput misfit(long needed, long held) {
        return zero.refuse(
                "partition", "the trained parameters take %d elements of a vector that has %d".formatted(needed, held));
    }

    private static long aligned(long count, long unit) {
        return Math.ceilDiv(count, unit) * unit;
    }
}
