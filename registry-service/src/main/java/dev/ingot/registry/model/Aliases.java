package dev.ingot.registry.model;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.report.AliasMove;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Names that point at versions. Each move is a numbered object that is written once, so two movers never overwrite one another. */
@ApplicationScoped
public class Aliases {
    private static final int RACES = 20;
    private static final String JSON = ".json";

    private final ObjectStore store;
    private final RunFiles documents;
    private final Clock clock;

    public Aliases(ObjectStore store, Clock clock) {
        this.store = store;
        this.documents = new RunFiles(store);
        this.clock = clock;
    }

    /** Every alias of a model with the version it points at, from a listing of the model's objects. */
    Map<String, Integer> of(ModelRef model, List<ObjectInfo> objects) throws IOException {
        Map<String, Integer> last = new TreeMap<>();
        for (ObjectInfo object : objects) {
            aliasOf(model, object.key())
                    .ifPresent(alias -> sequence(model, alias, object.key())
                            .ifPresent(number -> last.merge(alias, number, Math::max)));
        }
        Map<String, Integer> versions = new TreeMap<>();
        for (Map.Entry<String, Integer> entry : last.entrySet()) {
            documents
                    .read(model.keys().alias(entry.getKey(), entry.getValue()), AliasMove.class)
                    .ifPresent(move -> versions.put(entry.getKey(), move.version()));
        }
        return versions;
    }

    /** Every move of an alias, newest first. */
    public List<AliasMove> history(ModelRef model, String alias) throws IOException {
        List<Integer> numbers = store.list(model.keys().aliases(requireName(alias))).stream()
                .flatMap(object -> sequence(model, alias, object.key()).stream().boxed())
                .sorted(Comparator.reverseOrder())
                .toList();
        List<AliasMove> moves = new ArrayList<>();
        for (int number : numbers) {
            documents.read(model.keys().alias(alias, number), AliasMove.class).ifPresent(moves::add);
        }
        return moves;
    }

    /**
     * Points an alias at a version that exists; the caller has checked that.
     *
     * @throws RefusedInput {@code alias.bad-name}
     */
    public AliasMove move(ModelRef model, String alias, int version, String by) throws IOException {
        requireName(alias);
        AliasMove move = new AliasMove(1, alias, version, by, clock.instant());
        for (int race = 0; race < RACES; race++) {
            int next = store.list(model.keys().aliases(alias)).stream()
                            .flatMapToInt(object -> sequence(model, alias, object.key()).stream())
                            .max()
                            .orElse(0)
                    + 1;
            if (store.createOnce(model.keys().alias(alias, next), Documents.write(move))) {
                return move;
            }
        }
        throw new IOException("alias " + alias + " of " + model + " is being moved by too many at once");
    }

    private static Optional<String> aliasOf(ModelRef model, String key) {
        String probe = model.keys().aliases("x");
        String root = probe.substring(0, probe.length() - 2);
        int end = key.indexOf('/', root.length());
        return key.startsWith(root) && end > 0 ? Optional.of(key.substring(root.length(), end)) : Optional.empty();
    }

    private static OptionalInt sequence(ModelRef model, String alias, String key) {
        String folder = model.keys().aliases(alias);
        if (!key.startsWith(folder) || !key.endsWith(JSON)) {
            return OptionalInt.empty();
        }
        String number = key.substring(folder.length(), key.length() - JSON.length());
        return number.matches("[1-9][0-9]{0,8}") ? OptionalInt.of(Integer.parseInt(number)) : OptionalInt.empty();
    }

    private static String requireName(String alias) {
        try {
            return new RunRef("team", alias).run();
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    "alias.bad-name",
                    "'" + alias + "' is no name for an alias.",
                    "Use up to 64 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit.",
                    e);
        }
    }
}
