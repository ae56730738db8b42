package dev.ingot.bench.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Damage to files of torch.save and to what training runs leave: their pickles, their archives, their sets of files.
 *
 * @param ending of the names of files that are damaged; empty for all
 */
record ContainerMutations(String ending) {
    /** Every instruction of a pickle that takes or makes values, and some that are none. */
    private static final byte[] OPCODES =
            "(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu}]GBC\u0080\u0081\u0082\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private static final long[] LIES = {
        0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 0xFFFF, 0xFFFFFFFFL, 1L << 40
    };

    /** All of them, of files whose names end so. */
    static List<Mutator> all(String ending) {
        return new ContainerMutations(ending).mutators();
    }

    private List<Mutator> mutators() {
        return List.of(
                this::truncated,
                this::opcode,
                this::inserted,
                this::pickle,
                this::removed,
                this::lyingLength,
                this::repeated,
                this::spliced,
                this::archiveField,
                this::renamed,
                this::fileLost);
    }

    /** Damage to the pickle inside an archive that stays sound. */
    private Optional<Mutation> pickle(Subject subject, RandomGenerator random) {
        return any(subject, random)
                .flatMap(target -> SavedArchive.of(target.content())
                        .flatMap(archive -> target.replaced(
                                "container.pickle",
                                Expectation.EITHER,
                                archive.with(damaged(archive.pickle(), random)))));
    }

    private static byte[] damaged(byte[] pickle, RandomGenerator random) {
        byte[] damaged = pickle;
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            int at = random.nextInt(damaged.length);
            int to = Math.min(damaged.length, at + random.nextInt(6));
            byte[] piece = new byte[random.nextInt(8)];
            for (int i = 0; i < piece.length; i++) {
                piece[i] = random.nextBoolean() ? OPCODES[random.nextInt(OPCODES.length)] : (byte) random.nextInt(256);
            }
            byte[] bomb = new byte[piece.length * (random.nextInt(8) == 0 ? 1 + random.nextInt(4000) : 1)];
            for (int i = 0; i < bomb.length; i++) {
                bomb[i] = piece[i % piece.length];
            }
            damaged = joined(damaged, at, bomb, to);
        }
        return damaged;
    }

    /** A random file of a container that has more than a few bytes. */
    private Optional<Target> any(Subject subject, RandomGenerator random) {
        if (!subject.isContainer()) {
            return Optional.empty();
        }
        return Target.any(subject, ending, random).filter(target -> target.content().length > 64);
    }

    /** A chunk that no tensor needs may be cut off a .distcp file. */
    private Optional<Mutation> truncated(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            Expectation expectation = target.file().endsWith(".distcp") ? Expectation.EITHER : Expectation.REFUSED;
            return target.replaced(
                    "container.truncated", expectation, Arrays.copyOf(content, random.nextInt(content.length)));
        });
    }

    private Optional<Mutation> opcode(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content().clone();
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                content[place(content, random)] = OPCODES[random.nextInt(OPCODES.length)];
            }
            return target.replaced("container.opcode", Expectation.EITHER, content);
        });
    }

    private Optional<Mutation> inserted(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            int at = place(content, random);
            byte[] noise = new byte[1 + random.nextInt(8)];
            Arrays.fill(noise, OPCODES[random.nextInt(OPCODES.length)]);
            return target.replaced("container.inserted", Expectation.EITHER, joined(content, at, noise, at));
        });
    }

    private Optional<Mutation> removed(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            int at = place(content, random);
            int to = Math.min(content.length, at + 1 + random.nextInt(16));
            return target.replaced("container.removed", Expectation.EITHER, joined(content, at, new byte[0], to));
        });
    }

    private Optional<Mutation> lyingLength(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content().clone();
            int width = 1 << random.nextInt(4);
            int at = Math.min(place(content, random), content.length - width);
            ByteBuffer lie = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            lie.putLong(0, LIES[random.nextInt(LIES.length)]).get(0, content, at, width);
            return target.replaced("container.lying-length", Expectation.EITHER, content);
        });
    }

    /** Marks, lists and look-ups over and over: bombs of nesting and expansion. */
    private Optional<Mutation> repeated(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            int at = place(content, random);
            byte[] piece = Arrays.copyOfRange(content, at, Math.min(content.length, at + 1 + random.nextInt(6)));
            byte[] bomb = new byte[piece.length * (100 + random.nextInt(20_000))];
            for (int i = 0; i < bomb.length; i++) {
                bomb[i] = piece[i % piece.length];
            }
            return target.replaced("container.repeated", Expectation.EITHER, joined(content, at, bomb, at));
        });
    }

    private Optional<Mutation> spliced(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            int from = place(content, random);
            byte[] piece = Arrays.copyOfRange(content, from, Math.min(content.length, from + 1 + random.nextInt(200)));
            int at = Math.min(place(content, random), content.length - piece.length);
            return target.replaced(
                    "container.spliced", Expectation.EITHER, joined(content, at, piece, at + piece.length));
        });
    }

    private Optional<Mutation> archiveField(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content().clone();
            int at = Math.max(0, content.length - 1 - random.nextInt(Math.min(content.length, 2000)));
            content[at] = (byte) random.nextInt(256);
            return target.replaced("container.archive-field", Expectation.EITHER, content);
        });
    }

    /** A letter of a name: of a class, an entry or a tensor. */
    private Optional<Mutation> renamed(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content().clone();
            int at = place(content, random);
            while (at < content.length && !Character.isLetterOrDigit(content[at])) {
                at++;
            }
            if (at == content.length) {
                return Optional.empty();
            }
            content[at] = (byte) "./\\\u0000az09_\n".charAt(random.nextInt(10));
            return target.replaced("container.renamed", Expectation.EITHER, content);
        });
    }

    private Optional<Mutation> fileLost(Subject subject, RandomGenerator random) {
        return any(subject, random).filter(target -> subject.base().size() > 1).map(target -> {
            Map<String, byte[]> files = new TreeMap<>(subject.base());
            files.remove(target.file());
            return new Mutation("container.file-lost", Expectation.REFUSED, subject.with(false, files));
        });
    }

    /** Pickles stand at the beginning of most files. */
    private static int place(byte[] content, RandomGenerator random) {
        int range = random.nextInt(4) == 0 ? content.length : Math.min(content.length, 3000);
        return random.nextInt(range);
    }

    private static byte[] joined(byte[] content, int end, byte[] middle, int from) {
        return ByteBuffer.allocate(end + middle.length + content.length - from)
                .put(content, 0, end)
                .put(middle)
                .put(content, from, content.length - from)
                .array();
    }
}
