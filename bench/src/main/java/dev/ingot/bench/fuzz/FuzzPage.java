package dev.ingot.bench.fuzz;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run's results as a part of a page.
 *
 * @param title of what was damaged
 * @param command that does it again
 */
record FuzzPage(String title, String command, Tally tally, int subjects, int threads, double seconds) {
    static final String HEADING = "# Fuzzing\n";

    String text() {
        StringBuilder page = new StringBuilder();
        page.append(String.format(
                Locale.ROOT,
                "%n## %s%n%n`%s`: %d mutated inputs out of %d sound ones, %d threads, %.0f s (%.0f a second). "
                        + "Slowest case %.2f s; most memory that one case allocated in total, %.1f MB. Java %s, %s %s.%n%n",
                title,
                command,
                tally.cases(),
                subjects,
                threads,
                seconds,
                tally.cases() / seconds,
                tally.slowestSeconds(),
                tally.mostBytes() / 1e6,
                Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.arch")));
        page.append("Findings (crash, hang, memory, silent acceptance, a harmless change that mattered): **")
                .append(tally.findings().size())
                .append("**\n\n");
        tally.findings().forEach(finding -> page.append("- ").append(finding).append('\n'));
        page.append("\n| mutation | accepted | refused | codes |\n|---|---|---|---|\n");
        tally.outcomes().forEach((kind, outcomes) -> page.append(row(kind, outcomes)));
        return page.toString();
    }

    private static String row(String kind, Map<String, Long> outcomes) {
        Map<String, Long> codes = new TreeMap<>(outcomes);
        long accepted = codes.getOrDefault("accepted", 0L);
        codes.remove("accepted");
        long refused = codes.values().stream().mapToLong(Long::longValue).sum();
        String names = codes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(code -> code.getKey() + " " + code.getValue())
                .collect(Collectors.joining(", "));
        return "| %s | %d | %d | %s |%n".formatted(kind, accepted, refused, names);
    }
}
