package dev.ingot.bench.fuzz;

import dev.ingot.bench.fuzz.EditableFile.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** Numbers that are none, codes that mean something else, and companions that are lost or belong to another. */
final class ValueMutations {
    private ValueMutations() {}

    static List<Mutator> all() {
        return List.of(
                ValueMutations::nonFinite,
                edit(
                        "value.fp8-nan",
                        tensor -> tensor.dtype.equals("F8_E4M3"),
                        (tensor, random) -> tensor.data[random.nextInt(tensor.data.length)] =
                                (byte) (random.nextBoolean() ? 0x7F : 0xFF)),
                edit(
                        "value.mxfp4-scale-nan",
                        tensor -> tensor.name.endsWith("_scales"),
                        (tensor, random) -> tensor.data[random.nextInt(tensor.data.length)] = (byte) 0xFF),
                edit("value.code-map", tensor -> tensor.name.endsWith("quant_map"), ValueMutations::otherCode),
                edit(
                        "value.weight-format",
                        tensor -> tensor.name.endsWith(".weight_format"),
                        (tensor, random) -> tensor.data[0] = (byte) (1 + random.nextInt(255))),
                ValueMutations::huge,
                ValueMutations::exchanged,
                ValueMutations::lost);
    }

    /** Changes a tensor's bytes. */
    @FunctionalInterface
    private interface Edit {
        void apply(Tensor tensor, RandomGenerator random);
    }

    private static Mutator edit(String kind, Predicate<Tensor> which, Edit edit) {
        return edit(kind, Expectation.REFUSED, which, edit);
    }

    private static Mutator edit(String kind, Expectation expectation, Predicate<Tensor> which, Edit edit) {
        return (subject, random) -> Target.any(subject, Target.SAFETENSORS, random)
                .flatMap(target -> {
                    EditableFile file = target.tensors();
                    return Target.pick(file, random, which).flatMap(tensor -> {
                        edit.apply(tensor, random);
                        return target.replaced(kind, expectation, file);
                    });
                });
    }

    /** An end of a base that an adapter replaces is never read. */
    private static Optional<Mutation> nonFinite(Subject subject, RandomGenerator random) {
        Predicate<Tensor> isRead = subject.merges()
                ? tensor -> !tensor.name.equals("lm_head.weight") && !tensor.name.equals("model.embed_tokens.weight")
                : tensor -> true;
        return edit("value.non-finite", isRead.and(Companions::holdsNumbers), ValueMutations::nonFinite)
                .apply(subject, random);
    }

    /** Into the first element, which is never padding. */
    private static void nonFinite(Tensor tensor, RandomGenerator random) {
        ByteBuffer data = ByteBuffer.wrap(tensor.data).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float value = values[random.nextInt(values.length)];
        switch (tensor.dtype) {
            case "F32" -> data.putFloat(0, value);
            case "F16" -> data.putShort(0, Float.floatToFloat16(value));
            default -> data.putShort(0, (short) (Float.floatToRawIntBits(value) >>> 16));
        }
    }

    private static void otherCode(Tensor tensor, RandomGenerator random) {
        ByteBuffer data = ByteBuffer.wrap(tensor.data).order(ByteOrder.LITTLE_ENDIAN);
        int at = Float.BYTES * random.nextInt(tensor.data.length / Float.BYTES);
        data.putFloat(at, data.getFloat(at) > 0 ? -3 : 3);
    }

    private static Optional<Mutation> huge(Subject subject, RandomGenerator random) {
        return edit("value.huge", Expectation.EITHER, tensor -> tensor.dtype.equals("F32"), (tensor, any) -> {
                    float[] values = {Float.MAX_VALUE, -Float.MAX_VALUE, 1e30f, Float.MIN_VALUE, -1};
                    ByteBuffer.wrap(tensor.data)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putFloat(0, values[any.nextInt(values.length)]);
                })
                .apply(subject, random);
    }

    /** Two tensors of one file take each other's place; a reader can only tell where they do not fit there. */
    private static Optional<Mutation> exchanged(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            return Target.pick(file, random, tensor -> Companions.isRequired(tensor.name))
                    .flatMap(one -> Target.pick(
                                    file,
                                    random,
                                    other -> other != one && ending(other).equals(ending(one)))
                            .flatMap(other -> exchange(target, file, one, other)));
        });
    }

    private static String ending(Tensor tensor) {
        return tensor.name.substring(tensor.name.lastIndexOf('.') + 1);
    }

    private static Optional<Mutation> exchange(Target target, EditableFile file, Tensor one, Tensor other) {
        boolean fits = one.shape.equals(other.shape) && one.dtype.equals(other.dtype);
        boolean scales = one.name.endsWith("absmax") || one.name.endsWith(".SCB") || one.name.endsWith("_scales");
        String name = one.name;
        one.name = other.name;
        other.name = name;
        return target.replaced(
                fits || !scales ? "value.exchanged" : "value.exchanged-unfitting",
                fits || !scales ? Expectation.EITHER : Expectation.REFUSED,
                file);
    }

    private static Optional<Mutation> lost(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            return Target.pick(file, random, tensor -> Companions.isRequired(tensor.name))
                    .flatMap(tensor -> {
                        file.tensors.remove(tensor);
                        return target.replaced("value.companion-lost", Expectation.REFUSED, file);
                    });
        });
    }
}
