package dev.ingot.registry.model;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.store.ModelKeys;

/** A model of a team; both are names as in {@link RunRef}, hence safe in keys and paths. IllegalArgumentException otherwise. */
public record ModelRef(String team, String model) {
    public ModelRef {
        RunRef checked = new RunRef(team, model);
        team = checked.team();
        model = checked.run();
    }

    ModelKeys keys() {
        return new ModelKeys(team, model);
    }

    @Override
    public String toString() {
        return team + "/" + model;
    }
}
