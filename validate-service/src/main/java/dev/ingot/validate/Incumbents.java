package dev.ingot.validate;

import dev.ingot.pipeline.report.AliasMove;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Finds the version that an alias names now, and what its own report measured on the same texts. */
final class Incumbents {
    private static final String DOMAIN = "domain";

    private final ObjectStore store;
    private final RunFiles files;

    Incumbents(ObjectStore store) {
        this.store = store;
        this.files = new RunFiles(store);
    }

    /** Measures a version on the texts of this run. */
    interface Measuring {
        IncumbentCheckpoint.Result of(Manifest manifest) throws IOException, InterruptedException;
    }

    /**
     * Empty where the alias names no version.
     *
     * @param measured of the checkpoint that is judged: what there is to compare with
     * @param again where the version's own report cannot be compared; empty where that is not wanted
     */
    Optional<Incumbent> find(
            String team, String model, String alias, List<Perplexity> measured, Optional<Measuring> again)
            throws IOException, InterruptedException {
        ModelKeys keys = new ModelKeys(team, model);
        OptionalInt last = last(keys, alias);
        if (last.isEmpty()) {
            return Optional.empty();
        }
        int version = files.read(keys.alias(alias, last.getAsInt()), AliasMove.class)
                .map(AliasMove::version)
                .orElseThrow(() -> new IOException("the last move of alias " + alias + " is gone"));
        Optional<Manifest> manifest = files.read(keys.manifest(version), Manifest.class);
        Optional<Report> report = manifest.isEmpty()
                ? Optional.empty()
                : files.report(manifest.get().run());
        List<Perplexity> theirs = report.map(Report::perplexities).orElse(List.of()).stream()
                .filter(set -> measured.stream().anyMatch(own -> isSame(own, set)))
                .toList();
        if (theirs.stream().anyMatch(set -> set.set().equals(DOMAIN))) {
            return Optional.of(new Incumbent(model, alias, version, theirs, ""));
        }
        String why = report.isEmpty()
                ? "version %d has no report any more".formatted(version)
                : "not comparable: the report of version %d has %s".formatted(version, other(report.get(), measured));
        if (again.isEmpty() || manifest.isEmpty()) {
            return Optional.of(new Incumbent(model, alias, version, theirs, why));
        }
        IncumbentCheckpoint.Result found = again.get().of(manifest.get());
        boolean none = found.perplexities().isEmpty();
        return Optional.of(new Incumbent(
                model,
                alias,
                version,
                none ? theirs : found.perplexities(),
                none ? why + "; " + found.notMeasured() : "",
                !none));
    }

    /** What a report has instead of the domain text that counts. */
    private static String other(Report report, List<Perplexity> measured) {
        Optional<Perplexity> theirs = domain(report.perplexities());
        Optional<Perplexity> own = domain(measured);
        if (theirs.isEmpty() || own.isEmpty()) {
            return "no domain text that this run has too";
        }
        return theirs.get().sha256().equals(own.get().sha256())
                ? "figures of %d tokens of the same domain text, and this run measured %d"
                        .formatted(theirs.get().tokens(), own.get().tokens())
                : "figures of another domain text (sha256 %s, here %s)"
                        .formatted(
                                shortened(theirs.get().sha256()),
                                shortened(own.get().sha256()));
    }

    private static Optional<Perplexity> domain(List<Perplexity> sets) {
        return sets.stream().filter(set -> set.set().equals(DOMAIN)).findFirst();
    }

    private static String shortened(String digest) {
        return digest.length() <= 12 ? digest : digest.substring(0, 12) + "…";
    }

    /** Perplexities are comparable on the same tokens only. */
    private static boolean isSame(Perplexity own, Perplexity theirs) {
        return own.set().equals(theirs.set())
                && own.sha256().equals(theirs.sha256())
                && own.tokens() == theirs.tokens();
    }

    private OptionalInt last(ModelKeys keys, String alias) throws IOException {
        String folder = keys.aliases(alias);
        return store.list(folder).stream()
                .map(object -> object.key().substring(folder.length()))
                .filter(name -> name.matches("[1-9][0-9]{0,8}[.]json"))
                .mapToInt(name -> Integer.parseInt(name.substring(0, name.length() - ".json".length())))
                .max();
    }
}
