package dev.ingot.pipeline.store;

/** Where a team's published models stand. */
public record ModelKeys(String team, String model) {
    private String root() {
        return "teams/" + team + "/models/" + model + "/";
    }

    public String versions() {
        return root() + "versions/";
    }

    /** Create-once; a version is published exactly if this exists. */
    public String manifest(int version) {
        return versions() + version + "/manifest.json";
    }

    public String aliases(String alias) {
        return root() + "aliases/" + alias + "/";
    }

    public String alias(String alias, int sequence) {
        return aliases(alias) + sequence + ".json";
    }

    public static String modelsOf(String team) {
        return "teams/" + team + "/models/";
    }
}
