package dev.ingot.registry.run;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.source.AdapterChoice;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.registry.RegistryConfig;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The base of a request that names none: the one on the hub that its adapters name, for teams that the installation allows it. Whoever trains writes that name, so it is not
 * taken otherwise.
 */
@Singleton
public class NamedBase {
    private static final String EVERYBODY = "*";

    private final FileSets sources;
    private final List<String> teams;

    public NamedBase(FileSets sources, RegistryConfig config) {
        this.sources = sources;
        this.teams = config.baseFromAdapter().orElse(List.of());
    }

    /**
     * The location of the base.
     *
     * @param adapters of the run, as it names them
     * @param checkpoint that it chooses of each
     * @param config that it brings for training checkpoints
     * @throws RefusedInput as {@link AdapterChoice#of} says; {@code request.no-base} when the team may not leave it out, or the adapters do not agree on one on the hub
     */
    public String of(String team, List<String> adapters, Optional<CheckpointChoice> checkpoint, Optional<String> config)
            throws IOException {
        if (!teams.contains(team) && !teams.contains(EVERYBODY)) {
            throw refused("The request names no base, and team " + team + " may not leave it to its adapters.");
        }
        Set<String> names = new TreeSet<>();
        for (String adapter : adapters) {
            String location = new AdapterChoice(sources, checkpoint).of(adapter).location();
            names.add(AdapterConfig.read(AdapterFiles.configured(location, config, sources))
                    .baseModel()
                    .orElse("nothing"));
        }
        String name = names.iterator().next();
        if (names.size() > 1 || !HubAddress.isRepository(name)) {
            throw refused("The request names no base, and its adapters name " + String.join(", ", names)
                    + "; expected one model of the hub, org/name.");
        }
        return HubAddress.SCHEME + name;
    }

    private static RefusedInput refused(String sentence) {
        return new RefusedInput(
                "request.no-base",
                sentence,
                "Give base: file:///…, s3://… or hf://org/name (ingot.registry.base-from-adapter lists the teams that may leave it out).");
    }
}
