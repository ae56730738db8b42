package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Holds merged tensors against those of a {@link PeftCase}'s oracle. */
final class PeftAgreement {
    private static final double FLOAT32 = 1e-5;
    /** Below it a value counts as this large when its unit of rounding is taken. */
    private static final double SMALL = 1e-3;

    private PeftAgreement() {}

    /** The tensors that the oracle changes are changed, to its values, and no others. */
    static void require(PeftCase each, Map<String, Tensor> found) throws Exception {
        Map<String, Tensor> expected = read(each.merged());
        Map<String, Tensor> base = read(each.base().resolve("model.safetensors"));
        assertEquals(new TreeSet<>(expected.keySet()), changed(base, found));
        for (String name : expected.keySet()) {
            requireClose(each, base.getOrDefault(name, expected.get(name)), expected.get(name), found.get(name));
        }
    }

    private static Map<String, Tensor> read(Path file) throws Exception {
        try (var opened = FolderFiles.of(file.getParent())
                .open(file.getFileName().toString())
                .orElseThrow()) {
            return StagedMerge.read(opened);
        }
    }

    private static Set<String> changed(Map<String, Tensor> base, Map<String, Tensor> found) {
        return found.entrySet().stream()
                .filter(tensor -> !base.containsKey(tensor.getKey())
                        || !base.get(tensor.getKey())
                                .bytes()
                                .equals(tensor.getValue().bytes()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Within units of rounding of the larger of what was there before and what came out: where they cancel, the sum's own unit is smaller. */
    private static void requireClose(PeftCase each, Tensor base, Tensor expected, Tensor found) {
        String name = expected.entry().name();
        DType dtype = expected.entry().dtype();
        assertEquals(dtype, found.entry().dtype(), name);
        assertEquals(expected.entry().shape(), found.entry().shape(), name);
        ByteBuffer before = base.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer wanted = expected.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer given = found.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long count = expected.entry().shape().elements();
        long different = 0;
        for (long i = 0; i < count; i++) {
            float a = next(dtype, wanted);
            float b = next(dtype, given);
            float largest = Math.max(Math.abs(a), Math.abs(next(dtype, before)));
            double limit = dtype == DType.F32 ? FLOAT32 : each.ulps() * unit(dtype, largest);
            double distance = Math.abs((double) a - b);
            assertTrue(distance <= limit, name + " at " + i + ": " + a + " and " + b);
            different += a == b ? 0 : 1;
        }
        double few = Math.max(2, each.share() * count);
        assertTrue(dtype == DType.F32 || different <= few, name + ": " + different + " of " + count + " differ");
    }

    private static float next(DType dtype, ByteBuffer bytes) {
        return dtype == DType.F32 ? bytes.getFloat() : Rounding.fromBits(dtype, Short.toUnsignedInt(bytes.getShort()));
    }

    private static double unit(DType dtype, float value) {
        return Math.max(value, SMALL) * (dtype == DType.BF16 ? 0x1p-7 : 0x1p-10);
    }
}
