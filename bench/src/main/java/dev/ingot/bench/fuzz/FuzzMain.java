package dev.ingot.bench.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fuzzer as a command; the working folder is the repository's. Exit code 1 when there are findings.
 *
 * <p>{@code --seed N --count N --seconds N --threads N --page FILE}, {@code --only N} to look at one case again,
 * {@code --without PREFIX} to leave out subjects, {@code --with PREFIX} to leave out all others.
 */
public final class FuzzMain {
    static final Path RESOURCES = Path.of("checkpoint/src/test/resources");

    private FuzzMain() {}

    /** @param args pairs of option and value */
    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        long seed = number(options, "--seed", 1);
        long count = number(options, "--count", 100_000);
        long seconds = number(options, "--seconds", 3600);
        int threads = (int) number(options, "--threads", Runtime.getRuntime().availableProcessors());
        String without = options.getOrDefault("--without", "none");
        String with = options.getOrDefault("--with", "");
        List<Subject> subjects = Subjects.of(RESOURCES).stream()
                .filter(subject ->
                        !subject.name().startsWith(without) && subject.name().startsWith(with))
                .toList();
        Fuzzer fuzzer = Fuzzer.over(subjects, seed);
        if (options.containsKey("--only")) {
            again(fuzzer, number(options, "--only", 0));
            return;
        }
        long started = System.nanoTime();
        Tally tally = fuzzer.run(count, seconds * 1_000_000_000L, threads);
        FuzzPage page = new FuzzPage(tally, subjects.size(), seed, threads, (System.nanoTime() - started) / 1e9);
        System.out.println(page.text());
        if (options.containsKey("--page")) {
            Files.writeString(Path.of(options.get("--page")), page.text());
        }
        System.exit(tally.findings().isEmpty() ? 0 : 1);
    }

    private static void again(Fuzzer fuzzer, long number) {
        Mutation mutation = fuzzer.mutation(number);
        System.out.println(mutation.kind() + " of " + mutation.subject().name() + ", " + mutation.expectation());
        System.out.println(fuzzer.one(number));
    }

    private static long number(Map<String, String> options, String name, long otherwise) {
        return Long.parseLong(options.getOrDefault(name, Long.toString(otherwise)));
    }
}
