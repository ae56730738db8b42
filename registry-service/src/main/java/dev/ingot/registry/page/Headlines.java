package dev.ingot.registry.page;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.registry.model.ModelView;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Headlines of versions. A report never changes, so each is read once. Thread-safe. */
@ApplicationScoped
public class Headlines {
    private static final int KEPT = 5_000;

    private final RunFiles files;
    private final ConcurrentMap<String, Headline> byRun = new ConcurrentHashMap<>();

    public Headlines(ObjectStore store) {
        this.files = new RunFiles(store);
    }

    ModelRow row(ModelView model) throws IOException {
        Headline newest = of(model.versions().getFirst().run());
        Headline before =
                model.versions().size() > 1 ? of(model.versions().get(1).run()) : Headline.NONE;
        return ModelRow.of(model, newest, before);
    }

    private Headline of(String run) throws IOException {
        Headline known = byRun.get(run);
        if (known != null) {
            return known;
        }
        String[] names = run.split("/", 2);
        Headline read =
                files.report(new RunRef(names[0], names[1])).map(Headline::of).orElse(Headline.NONE);
        if (byRun.size() >= KEPT) {
            byRun.clear();
        }
        byRun.put(run, read);
        return read;
    }
}
