package dev.ingot.pipeline.store;

import java.time.LocalDate;
import java.util.Optional;

/** Where a team's dequantized shards stand. */
public record CacheKeys(String team) {
    private static final String FOLDER = "/dequantized/";
    private static final String ENTRY = "/entry.json";

    private String root() {
        return "teams/" + team + FOLDER;
    }

    /** All caches of all teams stand below this, beside other things. */
    public static String teams() {
        return "teams/";
    }

    /** The team in whose cache a key stands; empty for keys of other things. */
    public static Optional<String> teamOf(String key) {
        String[] segments = key.split("/", 4);
        return segments.length == 4 && segments[2].equals("dequantized") ? Optional.of(segments[1]) : Optional.empty();
    }

    /** Everything of this cache. */
    public String all() {
        return root();
    }

    /** Create-once: which object holds the shard with this digest of source tensors and recipe. */
    public String entry(String digest) {
        return root() + digest + ENTRY;
    }

    /** The digest whose entry this is; empty for other keys. */
    public Optional<String> digestOfEntry(String key) {
        return key.startsWith(root()) && key.endsWith(ENTRY)
                ? Optional.of(key.substring(root().length(), key.length() - ENTRY.length()))
                : Optional.empty();
    }

    /** Create-once: a shard was found on this day. */
    public String use(String digest, LocalDate day) {
        return uses(digest) + day + ".json";
    }

    public String uses(String digest) {
        return root() + digest + "/uses/";
    }

    /** Says since when the data with this key has no entry any more. */
    public String eviction(String data) {
        String attempt = data.substring(dataFolder().length()).split("/", 2)[0];
        return root() + "evicted/" + attempt + ".json";
    }

    /** Create-once memo: digest of a shard's source identities and recipe to the digest of its content. */
    public String memo(String identityDigest) {
        return root() + "memo/" + identityDigest + ".json";
    }

    /** Where an attempt writes, before the content's digest is known. */
    public String data(String attempt) {
        return dataFolder() + attempt + "/tensors.safetensors";
    }

    public boolean isData(String key) {
        return key.startsWith(dataFolder());
    }

    private String dataFolder() {
        return root() + "data/";
    }
}
