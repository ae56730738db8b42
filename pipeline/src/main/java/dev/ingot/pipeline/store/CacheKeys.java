package dev.ingot.pipeline.store;

/** Where a team's dequantized shards stand. */
public record CacheKeys(String team) {
    private String root() {
        return "teams/" + team + "/dequantized/";
    }

    /** Create-once: which object holds the shard with this digest of source tensors and recipe. */
    public String entry(String digest) {
        return root() + digest + "/entry.json";
    }

    /** Create-once memo: digest of a shard's source identities and recipe to the digest of its content. */
    public String memo(String identityDigest) {
        return root() + "memo/" + identityDigest + ".json";
    }

    /** Where an attempt writes, before the content's digest is known. */
    public String data(String attempt) {
        return root() + "data/" + attempt + "/tensors.safetensors";
    }
}
