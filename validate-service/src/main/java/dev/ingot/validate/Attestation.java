package dev.ingot.validate;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.provenance.Builder;
import dev.ingot.pipeline.provenance.InputDigest;
import dev.ingot.pipeline.provenance.ProvenanceStatement;
import dev.ingot.pipeline.provenance.RecordedDigests;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Attested;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.pipeline.signing.SignedFiles;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * States what a checkpoint was made from, and signs it and all its files. The plan goes along, so that the checkpoint can be made again. The statement is
 * about all other files; the model signature is about the statement too.
 *
 * @param signer empty where no key is set up: then the statement is published without signature
 */
record Attestation(ObjectStore store, FileSets sources, Optional<ModelSigner> signer) {
    /** What a report says of a checkpoint that nobody signed. */
    static final String NOT_SIGNED =
            "Not signed: no signing key is set up (INGOT_SIGNING_KEY), so the provenance statement is nobody's word.";

    /** What will stand beside a checkpoint that is delivered, for its report. */
    Attested announced() {
        return signer.map(key -> new Attested(ProvenanceStatement.SIGNED, SignedFiles.SIGNATURE, key.hint()))
                .orElse(new Attested(ProvenanceStatement.UNSIGNED, null, null));
    }

    /**
     * The files of a checkpoint, and those that prove where it comes from.
     *
     * @param name of the model, for people
     * @param objects of the checkpoint, by path
     */
    Map<String, ObjectRef> attest(
            RunRequest request,
            Plan plan,
            Report report,
            String name,
            Builder builder,
            Map<String, ObjectRef> objects,
            Attempt attempt)
            throws IOException {
        Map<String, ObjectRef> all = new TreeMap<>(objects);
        all.put(ProvenanceStatement.PLAN, stored(RunFiles.key(plan)));
        for (Map.Entry<String, ObjectRef> file : all.entrySet()) {
            file.setValue(summed(file.getValue()));
        }
        Map<String, String> digests = digests(all);
        ProvenanceStatement statement = ProvenanceStatement.of(
                request,
                report,
                InputDigest.of(
                        plan, sources, new RecordedDigests(store, plan.run().team())),
                all.get(ProvenanceStatement.PLAN).sha256(),
                digests,
                builder);
        if (signer.isEmpty()) {
            String file = ProvenanceStatement.UNSIGNED;
            all.put(file, write(attempt, file, statement.text()));
            return all;
        }
        String file = ProvenanceStatement.SIGNED;
        all.put(
                file,
                write(attempt, file, signer.get().envelope(statement.json()).line()));
        byte[] bundle = signer.get().bundle(SignedFiles.of(name, digests(all)));
        all.put(SignedFiles.SIGNATURE, write(attempt, SignedFiles.SIGNATURE, bundle));
        return all;
    }

    private static Map<String, String> digests(Map<String, ObjectRef> objects) {
        Map<String, String> digests = new TreeMap<>();
        objects.forEach((path, object) -> digests.put(path, object.sha256()));
        return digests;
    }

    /** An object that is in the store, with its SHA-256. */
    ObjectRef stored(String key) throws IOException {
        try (RangedFile file = open(key)) {
            return new ObjectRef(key, file.info().size(), InputDigest.sha256(file), 0);
        }
    }

    private ObjectRef summed(ObjectRef object) throws IOException {
        return object.sha256().isEmpty() ? stored(object.key()) : object;
    }

    private RangedFile open(String key) throws IOException {
        return store.open(key).orElseThrow(() -> new IOException("the object " + key + " is not there"));
    }

    private ObjectRef write(Attempt attempt, String file, byte[] content) throws IOException {
        return write(store, attempt, file, content, true);
    }

    /** Writes a small file of the checkpoint under an attempt. */
    static ObjectRef write(ObjectStore store, Attempt attempt, String file, byte[] content, boolean provenance)
            throws IOException {
        String key = new RunKeys(attempt.task().run()).data(attempt.task(), attempt.id(), file);
        StreamDigest digest = StreamDigest.forRun(provenance).update(content);
        try (ObjectUpload upload = store.upload(key)) {
            upload.write(ByteBuffer.wrap(content));
            upload.complete();
        }
        int crc32c = digest.crc32c();
        return new ObjectRef(key, content.length, digest.sha256(), crc32c);
    }
}
