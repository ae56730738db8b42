package dev.ingot.pipeline.provenance;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.signing.Envelope;
import dev.ingot.pipeline.signing.FolderDigests;
import dev.ingot.pipeline.signing.ModelSignature;
import dev.ingot.pipeline.signing.SignedFiles;
import dev.ingot.pipeline.signing.Trust;
import dev.ingot.pipeline.signing.VerifyingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder with a model that somebody published, by Ingot or signed by the reference implementation.
 *
 * @param signature the model signature; usually in the folder
 * @param allowLinks whether symbolic links count as what they lead to
 */
public record PublishedFolder(Path folder, Path signature, boolean allowLinks) {
    /** Whose signature lies in the folder itself. */
    public static PublishedFolder of(Path folder, boolean allowLinks) {
        return new PublishedFolder(folder, folder.resolve(SignedFiles.SIGNATURE), allowLinks);
    }

    /**
     * What was found to hold.
     *
     * @param key that signed, as bundles name it; empty where nobody did
     * @param statement how it came about, where the publisher stated it
     */
    public record Verified(String key, Map<String, String> files, Optional<ProvenanceStatement> statement) {
        public Verified {
            files = Map.copyOf(files);
        }
    }

    /**
     * Holds signature, files and statement against one another and against whom the caller trusts.
     *
     * @throws RefusedInput {@code signature.missing}; as {@link ModelSignature} refuses; {@code provenance.other-files} where the statement is about others
     */
    public Verified verify(Trust trust) throws IOException, InterruptedException {
        if (!Files.isRegularFile(signature)) {
            throw new RefusedInput(
                    "signature.missing",
                    folder + " has no signature: " + signature + " is not there.",
                    "ask the publisher for a signed one; --unsigned compares the files with their statement only");
        }
        ModelSignature signed = ModelSignature.require(signature, trust);
        Map<String, String> found = signed.requireFolder(folder, signature, allowLinks);
        Optional<ProvenanceStatement> statement =
                found.containsKey(ProvenanceStatement.SIGNED) ? Optional.of(statement(signed.key())) : Optional.empty();
        statement.ifPresent(about -> requireAbout(about, found, ProvenanceStatement.SIGNED));
        return new Verified(signed.key().hint(), found, statement);
    }

    /** The statement, if this key signed it. */
    private ProvenanceStatement statement(VerifyingKey key) throws IOException {
        byte[] line = Files.readAllBytes(folder.resolve(ProvenanceStatement.SIGNED));
        JsonObject signed = Envelope.read(line, ProvenanceStatement.SIGNED).require(key, ProvenanceStatement.SIGNED);
        return ProvenanceStatement.read(signed, ProvenanceStatement.SIGNED);
    }

    /** Compares the files with a statement that nobody signed; RefusedInput {@code provenance.missing}. */
    public Verified compareUnsigned() throws IOException, InterruptedException {
        Path file = folder.resolve(ProvenanceStatement.UNSIGNED);
        if (!Files.isRegularFile(file)) {
            throw new RefusedInput(
                    "provenance.missing",
                    folder + " has no " + ProvenanceStatement.UNSIGNED
                            + ", the statement of a version without signature.",
                    "verify the signature with --key or --certificate-chain, if there is one");
        }
        JsonObject json = Json.parseObject(Files.readAllBytes(file), ProvenanceStatement.UNSIGNED);
        ProvenanceStatement statement = ProvenanceStatement.read(json, ProvenanceStatement.UNSIGNED);
        List<String> ignored = SignedFiles.of("", Map.of()).ignored();
        Map<String, String> found = new FolderDigests(folder, ignored, allowLinks).read();
        requireAbout(statement, found, ProvenanceStatement.UNSIGNED);
        return new Verified("", found, Optional.of(statement));
    }

    /** The statement is about every file but itself, and names the plan that is there. */
    private void requireAbout(ProvenanceStatement statement, Map<String, String> found, String itself) {
        Map<String, String> others = new LinkedHashMap<>(found);
        others.remove(itself);
        ModelSignature.requireSame(statement.files(), others, folder.toString());
        String plan = found.getOrDefault(ProvenanceStatement.PLAN, "");
        if (!plan.equals(statement.planDigest())) {
            throw new RefusedInput(
                    "provenance.other-plan",
                    "%s has sha256 '%s'; its statement names the plan %s."
                            .formatted(ProvenanceStatement.PLAN, plan, statement.planDigest()),
                    "do not use these files; fetch them again");
        }
    }
}
