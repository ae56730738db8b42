package dev.ingot.bench.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Damage that knows nothing of what it hits: bytes lost, added and flipped. */
final class FileMutations {
    private FileMutations() {}

    static List<Mutator> all() {
        return List.of(
                FileMutations::truncated,
                FileMutations::lengthened,
                FileMutations::headerLength,
                FileMutations::flipped,
                FileMutations::overwritten,
                FileMutations::missing);
    }

    private static Optional<Mutation> truncated(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            byte[] content = target.content();
            int length = random.nextBoolean() ? random.nextInt(content.length) : content.length - 1 - random.nextInt(8);
            return target.replaced("file.truncated", Expectation.REFUSED, Arrays.copyOf(content, length));
        });
    }

    private static Optional<Mutation> lengthened(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            byte[] content = target.content();
            byte[] longer = Arrays.copyOf(content, content.length + 1 + random.nextInt(64));
            return target.replaced("file.lengthened", Expectation.REFUSED, longer);
        });
    }

    private static Optional<Mutation> headerLength(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).flatMap(target -> {
            byte[] content = target.content().clone();
            ByteBuffer field = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            long length = field.getLong(0);
            long[] lies = {
                0,
                1,
                2,
                -1,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                1L << 31,
                1L << 40,
                content.length,
                content.length - 8L,
                100_000_000,
                100_000_001,
                length - 1 - random.nextInt(16),
                length + 1 + random.nextInt(16)
            };
            field.putLong(0, lies[random.nextInt(lies.length)]);
            return field.getLong(0) == length
                    ? Optional.empty()
                    : target.replaced("file.header-length", Expectation.REFUSED, content);
        });
    }

    private static Optional<Mutation> flipped(Subject subject, RandomGenerator random) {
        return Target.any(subject, "", random).flatMap(target -> {
            byte[] content = target.content().clone();
            boolean inHeader = random.nextBoolean();
            int range = inHeader ? Math.min(content.length, 4096) : content.length;
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                content[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
            }
            return target.replaced(inHeader ? "file.flipped-early" : "file.flipped", Expectation.EITHER, content);
        });
    }

    private static Optional<Mutation> overwritten(Subject subject, RandomGenerator random) {
        return Target.any(subject, "", random).flatMap(target -> {
            byte[] content = target.content().clone();
            int from = random.nextInt(content.length);
            int to = Math.min(content.length, from + 1 + random.nextInt(256));
            byte[] noise = new byte[to - from];
            if (random.nextBoolean()) {
                random.nextBytes(noise);
            }
            System.arraycopy(noise, 0, content, from, noise.length);
            return target.replaced("file.overwritten", Expectation.EITHER, content);
        });
    }

    private static Optional<Mutation> missing(Subject subject, RandomGenerator random) {
        return Target.any(subject, Target.SAFETENSORS, random).map(target -> {
            Map<String, byte[]> files = new TreeMap<>(subject.files(target.ofAdapter()));
            files.remove(target.file());
            return new Mutation("file.missing", Expectation.REFUSED, subject.with(target.ofAdapter(), files));
        });
    }
}
