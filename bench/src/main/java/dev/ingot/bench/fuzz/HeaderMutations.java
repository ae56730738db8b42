package dev.ingot.bench.fuzz;

import dev.ingot.bench.fuzz.EditableFile.Tensor;
import dev.ingot.checkpoint.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/** A safetensors header that lies: about dtypes, shapes, offsets and names. */
final class HeaderMutations {
    private static final List<String> UNKNOWN = List.of("", "F12", "f32", "U128", "BF16 ", "NULL");

    private HeaderMutations() {}

    static List<Mutator> all() {
        return List.of(
                edit("header.dtype-of-other-width", Expectation.REFUSED, HeaderMutations::otherWidth),
                edit("header.dtype-of-same-width", Expectation.EITHER, HeaderMutations::sameWidth),
                edit(
                        "header.dtype-unknown",
                        Expectation.REFUSED,
                        (tensor, random) -> tensor.dtype = UNKNOWN.get(random.nextInt(UNKNOWN.size()))),
                edit("header.shape-of-other-size", Expectation.REFUSED, HeaderMutations::otherSize),
                edit("header.shape-of-same-size", Expectation.EITHER, HeaderMutations::reshaped),
                edit("header.shape-overflows", Expectation.REFUSED, HeaderMutations::overflowing),
                edit("header.offsets-moved", Expectation.REFUSED, (tensor, random) -> tensor.shift = nonZero(random)),
                edit(
                        "header.offsets-stretched",
                        Expectation.REFUSED,
                        (tensor, random) -> tensor.stretch = nonZero(random)),
                HeaderMutations::duplicated,
                HeaderMutations::unlisted,
                HeaderMutations::renamed);
    }

    private static Mutator edit(String kind, Expectation expectation, BiConsumer<Tensor, RandomGenerator> edit) {
        return (subject, random) -> Target.any(subject, Target.SAFETENSORS, random)
                .flatMap(target -> {
                    EditableFile file = target.tensors();
                    return Target.pick(file, random, tensor -> true).flatMap(tensor -> {
                        edit.accept(tensor, random);
                        byte[] content = file.bytes();
                        return Arrays.equals(content, target.content())
                                ? Optional.empty()
                                : target.replaced(kind, expectation, content);
                    });
                });
    }

    private static void otherWidth(Tensor tensor, RandomGenerator random) {
        tensor.dtype = any(random, bits(tensor.dtype), false).name();
    }

    private static void sameWidth(Tensor tensor, RandomGenerator random) {
        tensor.dtype = any(random, bits(tensor.dtype), true).name();
    }

    private static DType any(RandomGenerator random, int bits, boolean equal) {
        List<DType> dtypes = Arrays.stream(DType.values())
                .filter(dtype -> (dtype.bits() == bits) == equal)
                .toList();
        return dtypes.get(random.nextInt(dtypes.size()));
    }

    private static int bits(String dtype) {
        return DType.valueOf(dtype).bits();
    }

    private static void otherSize(Tensor tensor, RandomGenerator random) {
        if (tensor.shape.isEmpty()) {
            tensor.shape.add(2L);
            return;
        }
        int at = random.nextInt(tensor.shape.size());
        long dim = tensor.shape.get(at);
        long[] lies = {0, dim + 1, Math.max(0, dim - 1), dim * 2, dim + (1L << 32), 1L << 40};
        long lie = lies[random.nextInt(lies.length)];
        tensor.shape.set(at, lie == dim ? dim + 1 : lie);
    }

    private static void reshaped(Tensor tensor, RandomGenerator random) {
        if (random.nextBoolean()) {
            tensor.shape.add(random.nextInt(tensor.shape.size() + 1), 1L);
        } else {
            Collections.reverse(tensor.shape);
        }
    }

    private static void overflowing(Tensor tensor, RandomGenerator random) {
        tensor.shape.clear();
        for (int i = 0; i < 2 + random.nextInt(3); i++) {
            tensor.shape.add(random.nextBoolean() ? 1L << 33 : Long.MAX_VALUE);
        }
    }

    private static long nonZero(RandomGenerator random) {
        long[] amounts = {1, -1, 2, -2, 4, -4, 8, -8, 1L << 20, 1L << 40, Long.MAX_VALUE / 2, -(1L << 40)};
        return amounts[random.nextInt(amounts.length)];
    }

    private static Optional<Mutation> duplicated(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            return Target.pick(file, random, tensor -> true).flatMap(tensor -> {
                file.tensors.add(tensor.copy());
                return target.replaced("header.duplicate-name", Expectation.REFUSED, file);
            });
        });
    }

    /** The data stays, the entry goes: a hole. */
    private static Optional<Mutation> unlisted(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            return Target.pick(file, random, tensor -> true).flatMap(tensor -> {
                List<Tensor> listed = new ArrayList<>(file.tensors);
                listed.remove(tensor);
                return target.replaced("header.unlisted-data", Expectation.REFUSED, file.bytes(listed));
            });
        });
    }

    private static Optional<Mutation> renamed(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            EditableFile file = target.tensors();
            return Target.pick(file, random, tensor -> true).flatMap(tensor -> {
                boolean companion = Companions.isRequired(tensor.name);
                String[] names = {
                    tensor.name + "_", "x." + tensor.name, tensor.name.replaceFirst("\\d", "7777"), "\u0001", ""
                };
                String name = names[random.nextInt(companion ? 2 : names.length)];
                if (name.equals(tensor.name)) {
                    return Optional.empty();
                }
                tensor.name = name;
                return target.replaced(
                        companion ? "header.companion-renamed" : "header.renamed",
                        companion ? Expectation.REFUSED : Expectation.EITHER,
                        file);
            });
        });
    }
}
