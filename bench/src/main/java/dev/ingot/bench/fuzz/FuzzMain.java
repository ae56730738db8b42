package dev.ingot.bench.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The fuzzer as a command; the working folder is the repository's. Exit code 1 when there are findings.
 *
 * <p>{@code --seed N --count N --seconds N --threads N --page FILE}, {@code --only N} to look at one case again,
 * {@code --without PREFIX} to leave out subjects, {@code --with PREFIX} to leave out all others; {@code --container KIND} for one kind of file, or
 * {@code each} for every one by itself, that many cases of each.
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
        StringBuilder page = new StringBuilder(FuzzPage.HEADING);
        boolean sound = true;
        for (Part part : parts(options, seed)) {
            if (options.containsKey("--only")) {
                again(part.fuzzer(), number(options, "--only", 0));
                continue;
            }
            long started = System.nanoTime();
            Tally tally = part.fuzzer().run(count, seconds * 1_000_000_000L, threads);
            double took = (System.nanoTime() - started) / 1e9;
            String command = "bench/fuzz --seed %d --count %d%s".formatted(seed, tally.cases(), part.option());
            String text =
                    new FuzzPage(part.title(), command, tally, part.fuzzer().subjects(), threads, took).text();
            System.out.println(text);
            page.append(text);
            sound &= tally.findings().isEmpty();
            if (options.containsKey("--page")) {
                Files.writeString(Path.of(options.get("--page")), page);
            }
        }
        System.exit(sound ? 0 : 1);
    }

    /** @param option that names it on the command line */
    private record Part(String title, String option, Fuzzer fuzzer) {}

    /** Each kind of container by itself, or all together. */
    private static List<Part> parts(Map<String, String> options, long seed) throws IOException {
        List<Part> parts = new ArrayList<>();
        String chosen = options.getOrDefault("--container", "");
        for (Container container : Container.values()) {
            String name = container.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (chosen.equals("each") || chosen.equals(name)) {
                parts.add(new Part(container.title(), " --container " + name, container.fuzzer(RESOURCES, seed)));
            }
        }
        if (chosen.isEmpty()) {
            String without = options.getOrDefault("--without", "none");
            String with = options.getOrDefault("--with", "");
            List<Subject> subjects = Subjects.of(RESOURCES).stream()
                    .filter(subject -> !subject.name().startsWith(without)
                            && subject.name().startsWith(with))
                    .toList();
            parts.add(new Part("Checkpoints, adapters and containers together", "", Fuzzer.over(subjects, seed)));
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("there is no container " + chosen);
        }
        return parts;
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
