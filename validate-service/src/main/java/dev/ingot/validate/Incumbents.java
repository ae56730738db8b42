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
    private final ObjectStore store;
    private final RunFiles files;

    Incumbents(ObjectStore store) {
        this.store = store;
        this.files = new RunFiles(store);
    }

    /** Empty where the alias names no version. @param measured of the checkpoint that is judged: what there is to compare with */
    Optional<Incumbent> find(String team, String model, String alias, List<Perplexity> measured) throws IOException {
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
        String why = report.isEmpty()
                ? "version %d has no report any more".formatted(version)
                : "the report of version %d has no domain text with the same content and number of tokens"
                        .formatted(version);
        return Optional.of(new Incumbent(model, alias, version, theirs, theirs.isEmpty() ? why : ""));
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
