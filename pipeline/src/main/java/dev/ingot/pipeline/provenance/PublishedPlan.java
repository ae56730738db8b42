package dev.ingot.pipeline.provenance;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.safetensors.ShardIndex;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.signing.Envelope;
import dev.ingot.pipeline.signing.FolderDigests;
import dev.ingot.pipeline.signing.ModelSignature;
import dev.ingot.pipeline.signing.SignedFiles;
import dev.ingot.pipeline.signing.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The plan that a checkpoint was published with, and the statement that belongs to it.
 *
 * @param key that signed both, as bundles name it; empty where nobody was asked to vouch for them
 */
public record PublishedPlan(Plan plan, ProvenanceStatement statement, String key) {
    /** The documents that {@link #read} wants, of which a version has some. */
    public static final Set<String> DOCUMENTS = Set.of(
            ProvenanceStatement.PLAN, ProvenanceStatement.SIGNED, ProvenanceStatement.UNSIGNED, SignedFiles.SIGNATURE);

    /**
     * Reads both from a folder that may hold nothing else.
     *
     * @param trust whoever has to have signed them; empty to take them as they are
     * @throws RefusedInput {@code provenance.missing}, {@code provenance.other-plan}; {@code signature.*} where somebody is trusted
     */
    public static PublishedPlan read(Path folder, Optional<Trust> trust) throws IOException {
        Path plan = folder.resolve(ProvenanceStatement.PLAN);
        Path signed = folder.resolve(ProvenanceStatement.SIGNED);
        Path unsigned = folder.resolve(ProvenanceStatement.UNSIGNED);
        Path found = Files.isRegularFile(signed) ? signed : unsigned;
        if (!Files.isRegularFile(plan) || !Files.isRegularFile(found)) {
            throw new RefusedInput(
                    "provenance.missing",
                    "%s has no plan with a statement: expected plan.json and provenance.intoto.jsonl."
                            .formatted(folder),
                    "merge with --provenance, or name a published version");
        }
        String key = "";
        JsonObject json;
        String what = found.getFileName().toString();
        byte[] content = Files.readAllBytes(found);
        if (trust.isPresent()) {
            ModelSignature signature = signature(folder, trust.get());
            requireSigned(signature, plan, found);
            json = Envelope.read(content, what).require(signature.key(), what);
            key = signature.key().hint();
        } else {
            json = found.equals(signed)
                    ? Json.parseObject(Envelope.read(content, what).payload(), what)
                    : Json.parseObject(content, what);
        }
        ProvenanceStatement statement = ProvenanceStatement.read(json, what);
        requirePlan(plan, statement);
        return new PublishedPlan(Documents.read(Files.readAllBytes(plan), Plan.class, plan.toString()), statement, key);
    }

    private static ModelSignature signature(Path folder, Trust trust) throws IOException {
        Path signature = folder.resolve(SignedFiles.SIGNATURE);
        if (!Files.isRegularFile(signature)) {
            throw new RefusedInput(
                    "signature.missing",
                    folder + " has no signature, although somebody's is asked for.",
                    "leave --key out, if the files are to be trusted as they are");
        }
        return ModelSignature.require(signature, trust);
    }

    private static void requireSigned(ModelSignature signature, Path... files) throws IOException {
        Map<String, String> signed = new LinkedHashMap<>();
        Map<String, String> found = new LinkedHashMap<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            signed.put(name, signature.files().digests().getOrDefault(name, "none"));
            found.put(name, FolderDigests.sha256(file));
        }
        ModelSignature.requireSame(signed, found, files[0].getParent().toString());
    }

    private static void requirePlan(Path plan, ProvenanceStatement statement) throws IOException {
        String digest = FolderDigests.sha256(plan);
        if (!digest.equals(statement.planDigest())) {
            throw new RefusedInput(
                    "provenance.other-plan",
                    "%s has sha256 %s; its statement names the plan %s."
                            .formatted(plan, digest, statement.planDigest()),
                    "use the plan and the statement of the same version");
        }
    }

    /** The files that the plan determines: shards, index, config.json and what is carried over; not the card and the report. */
    public Set<String> determined() {
        Set<String> files = new TreeSet<>(Set.of("config.json"));
        plan.shards().stream().map(OutputShard::file).forEach(files::add);
        if (plan.shards().size() > 1) {
            files.add(ShardIndex.FILE);
        }
        plan.carried().stream().map(CarriedFile::name).forEach(files::add);
        return files;
    }

    /** Of these, what the statement says; RefusedInput {@code provenance.incomplete} where it says nothing of one. */
    public Map<String, String> stated() {
        Map<String, String> all = statement.files();
        Map<String, String> stated = new LinkedHashMap<>();
        for (String file : determined()) {
            String digest = all.get(file);
            if (digest == null) {
                throw new RefusedInput(
                        "provenance.incomplete",
                        "The provenance statement has no digest of " + file + ", which the plan determines.",
                        "use the plan and the statement of the same version");
            }
            stated.put(file, digest);
        }
        return stated;
    }
}
