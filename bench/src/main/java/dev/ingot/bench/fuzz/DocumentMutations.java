package dev.ingot.bench.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Damage to the text of JSON documents, whatever they are about.
 *
 * @param documents names of the files that are damaged
 */
record DocumentMutations(Predicate<String> documents) {
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "NaN",
            "-Infinity",
            "99999999999999999999",
            "0.1",
            "\"\"",
            "[]",
            "{}",
            "[[]]",
            "\"\\ud800\"",
            "\"../x\"");

    private static final String LETTERS = "{}[]\",:\\/.*0-9eE\u0000\n\u00ff ";

    /** All of them, of the documents with such names. */
    static List<Mutator> all(Predicate<String> documents) {
        DocumentMutations mutations = new DocumentMutations(documents);
        return List.of(
                mutations::truncated,
                mutations::letter,
                mutations::value,
                mutations::duplicated,
                mutations::nested,
                mutations::cutOut,
                mutations::spliced,
                mutations::lengthened);
    }

    private Optional<Target> any(Subject subject, RandomGenerator random) {
        return Target.any(subject, ".json", random).filter(target -> documents.test(target.file()));
    }

    private Optional<Mutation> truncated(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            int length = random.nextInt(content.length - 2);
            return target.replaced("document.truncated", Expectation.REFUSED, Arrays.copyOf(content, length));
        });
    }

    private Optional<Mutation> letter(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content().clone();
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                content[random.nextInt(content.length)] = (byte) LETTERS.charAt(random.nextInt(LETTERS.length()));
            }
            return target.replaced("document.letter", Expectation.EITHER, content);
        });
    }

    /** Another value behind a colon. */
    private Optional<Mutation> value(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            String text = text(target);
            int colon = text.indexOf(':', random.nextInt(text.length()));
            if (colon < 0) {
                return Optional.empty();
            }
            int end = colon + 1;
            while (end < text.length() && ",}\n".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String changed =
                    text.substring(0, colon + 1) + VALUES.get(random.nextInt(VALUES.size())) + text.substring(end);
            return target.replaced("document.value", Expectation.EITHER, bytes(changed));
        });
    }

    /** A member twice: strict readers see which of two values a lenient one would take. */
    private Optional<Mutation> duplicated(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            String text = text(target);
            int name = text.indexOf('"');
            int colon = text.indexOf(':', name);
            String again = text.substring(0, name) + text.substring(name, colon) + ": 1, " + text.substring(name);
            return target.replaced("document.duplicate-member", Expectation.REFUSED, bytes(again));
        });
    }

    private Optional<Mutation> nested(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            int depth = 100 + random.nextInt(20_000);
            String deep = text(target)
                    .replaceFirst("\\{", "{\"deep\":" + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + ",");
            return target.replaced("document.nested", Expectation.REFUSED, bytes(deep));
        });
    }

    private Optional<Mutation> cutOut(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            int from = random.nextInt(content.length);
            int to = Math.min(content.length, from + 1 + random.nextInt(40));
            return target.replaced("document.cut-out", Expectation.EITHER, joined(content, from, new byte[0], to));
        });
    }

    private Optional<Mutation> spliced(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] content = target.content();
            int from = random.nextInt(content.length);
            byte[] piece = Arrays.copyOfRange(content, from, Math.min(content.length, from + 1 + random.nextInt(80)));
            int at = random.nextInt(content.length);
            return target.replaced("document.spliced", Expectation.EITHER, joined(content, at, piece, at));
        });
    }

    /** A text or a number of up to a megabyte. */
    private Optional<Mutation> lengthened(Subject subject, RandomGenerator random) {
        return any(subject, random).flatMap(target -> {
            byte[] filling = new byte[1 << (4 + random.nextInt(17))];
            Arrays.fill(filling, (byte) "a9. [".charAt(random.nextInt(5)));
            byte[] content = target.content();
            int at = random.nextInt(content.length);
            return target.replaced("document.lengthened", Expectation.EITHER, joined(content, at, filling, at));
        });
    }

    private static String text(Target target) {
        return new String(target.content(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[] content, int end, byte[] middle, int from) {
        return ByteBuffer.allocate(end + middle.length + content.length - from)
                .put(content, 0, end)
                .put(middle)
                .put(content, from, content.length - from)
                .array();
    }
}
