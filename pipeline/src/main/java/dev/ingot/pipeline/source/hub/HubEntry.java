package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.source.FileInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A file of a revision, as the hub lists it.
 *
 * @param path in the repository
 * @param size in bytes
 * @param digest that its content has to have
 * @param hex of that digest, lower case
 */
record HubEntry(String path, long size, Digest digest, String hex) {
    HubEntry {
        if (size < 0 || hex.length() != digest.hexDigits || !hex.matches("[0-9a-f]+")) {
            throw new IllegalArgumentException("%s has %d bytes and the digest '%s'".formatted(path, size, hex));
        }
    }

    /** By what the hub knows a content. */
    enum Digest {
        /** Of a large file: of its bytes. */
        SHA256("SHA-256", 64),
        /** Of a small one: git's blob id, SHA-1 over {@code blob <size>\0} and the bytes. */
        GIT_SHA1("SHA-1", 40);

        private final String algorithm;
        private final int hexDigits;

        Digest(String algorithm, int hexDigits) {
            this.algorithm = algorithm;
            this.hexDigits = hexDigits;
        }
    }

    /** {@code sha256:…} or {@code git-sha1:…}: the same for the same content, wherever it is read from. */
    String identity() {
        return (digest == Digest.SHA256 ? "sha256:" : "git-sha1:") + hex;
    }

    /** Of the file that holds the content. */
    String blobName() {
        return HubCache.nameOf(identity());
    }

    FileInfo info(String name) {
        return new FileInfo(name, size, identity());
    }

    /** A digest that has taken nothing of the content yet. */
    MessageDigest newDigest() {
        try {
            MessageDigest fresh = MessageDigest.getInstance(digest.algorithm);
            if (digest == Digest.GIT_SHA1) {
                fresh.update(("blob " + size + "\0").getBytes(StandardCharsets.UTF_8));
            }
            return fresh;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + digest.algorithm, e);
        }
    }
}
