package dev.ingot.pipeline.store;

/** Where it stands what a team's runs found out about files that they were made from. */
public record InputKeys(String team) {
    /** Create-once: SHA-256 of a file, by the digest of what plans name it by. */
    public String digest(String identityDigest) {
        return "teams/" + team + "/inputs/" + identityDigest + ".json";
    }
}
