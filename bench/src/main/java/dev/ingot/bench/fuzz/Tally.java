package dev.ingot.bench.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run of the fuzzer counted. Safe for several threads. */
final class Tally {
    private static final int MAX_FINDINGS = 200;

    private final Map<String, Map<String, Long>> outcomes = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private long cases;
    private long slowestNanos;
    private long mostBytes;

    synchronized void add(Mutation mutation, String outcome, long nanos, long bytes) {
        cases++;
        outcomes.computeIfAbsent(mutation.kind(), kind -> new TreeMap<>()).merge(outcome, 1L, Long::sum);
        slowestNanos = Math.max(slowestNanos, nanos);
        mostBytes = Math.max(mostBytes, bytes);
    }

    synchronized void add(Finding finding) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(finding);
        }
    }

    synchronized long cases() {
        return cases;
    }

    synchronized List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** Kind of mutation → {@code accepted} or code of a refusal → how often. */
    synchronized Map<String, Map<String, Long>> outcomes() {
        return new TreeMap<>(outcomes);
    }

    synchronized double slowestSeconds() {
        return slowestNanos / 1e9;
    }

    /** The most heap that one case asked for, all its garbage counted. */
    synchronized long mostBytes() {
        return mostBytes;
    }
}
