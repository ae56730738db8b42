package dev.ingot.registry.model;

import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunListing;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.registry.run.RunListings;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Published models, read from the store on every call; a version is published exactly if its manifest exists. */
@ApplicationScoped
public class ModelCatalog {
    private static final int KEPT = 2_000;

    private final ObjectStore store;
    private final RunFiles documents;
    private final RunListings runs;
    private final Aliases aliases;
    /** Manifests never change once written. */
    private final ConcurrentMap<String, Manifest> manifests = new ConcurrentHashMap<>();

    public ModelCatalog(ObjectStore store, RunListings runs, Aliases aliases) {
        this.store = store;
        this.documents = new RunFiles(store);
        this.runs = runs;
        this.aliases = aliases;
    }

    /** Models of all teams that ever handed in a run, by name. */
    public List<ModelView> all() throws IOException {
        TreeSet<String> teams = new TreeSet<>();
        for (RunListing run : runs.newestFirst()) {
            teams.add(run.run().team());
        }
        List<ModelView> views = new ArrayList<>();
        for (String team : teams) {
            views.addAll(ofTeam(team));
        }
        return views;
    }

    /** Models of one team, by name. The team's name has been checked. */
    public List<ModelView> ofTeam(String team) throws IOException {
        String root = ModelKeys.modelsOf(team);
        Map<String, List<ObjectInfo>> byModel = new TreeMap<>();
        for (ObjectInfo object : store.list(root)) {
            String model = object.key().substring(root.length()).split("/", 2)[0];
            byModel.computeIfAbsent(model, name -> new ArrayList<>()).add(object);
        }
        List<ModelView> views = new ArrayList<>();
        for (Map.Entry<String, List<ObjectInfo>> entry : byModel.entrySet()) {
            view(new ModelRef(team, entry.getKey()), entry.getValue()).ifPresent(views::add);
        }
        return views;
    }

    /** One model; empty when no version of it is published. */
    public Optional<ModelView> of(ModelRef model) throws IOException {
        return view(model, store.list(ModelKeys.modelsOf(model.team()) + model.model() + "/"));
    }

    /** One version with the aliases that point at it. */
    public Optional<VersionView> version(ModelRef model, int version) throws IOException {
        return of(model)
                .flatMap(view -> view.versions().stream()
                        .filter(candidate -> candidate.version() == version)
                        .findFirst());
    }

    /** What a version consists of. */
    public Optional<Manifest> manifest(ModelRef model, int version) throws IOException {
        String key = model.keys().manifest(version);
        Manifest known = manifests.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Manifest> read = documents.read(key, Manifest.class);
        if (manifests.size() >= KEPT) {
            manifests.clear();
        }
        read.ifPresent(manifest -> manifests.put(key, manifest));
        return read;
    }

    private Optional<ModelView> view(ModelRef model, List<ObjectInfo> objects) throws IOException {
        List<Manifest> published = new ArrayList<>();
        for (int version : versions(model, objects)) {
            manifest(model, version).ifPresent(published::add);
        }
        if (published.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Integer> pointing = aliases.of(model, objects);
        List<VersionView> versions = published.stream()
                .map(manifest -> VersionView.of(manifest, names(pointing, manifest.version())))
                .toList();
        return Optional.of(new ModelView(model.team(), model.model(), versions, pointing));
    }

    private static List<String> names(Map<String, Integer> aliases, int version) {
        return aliases.entrySet().stream()
                .filter(alias -> alias.getValue() == version)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Numbers of the versions that have a manifest, newest first. */
    private static List<Integer> versions(ModelRef model, List<ObjectInfo> objects) {
        String root = model.keys().versions();
        return objects.stream()
                .map(ObjectInfo::key)
                .filter(key -> key.startsWith(root) && key.endsWith("/manifest.json"))
                .map(key -> key.substring(root.length(), key.length() - "/manifest.json".length()))
                .filter(number -> number.matches("[1-9][0-9]{0,8}"))
                .map(Integer::valueOf)
                .sorted(Comparator.reverseOrder())
                .toList();
    }
}
