package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.digest.StreamDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a model signature says: every file with its SHA-256, and which paths do not count. As an in-toto statement it is the payload of model_signing 1.0,
 * method {@code files}: its subject is one digest over those of all files, in their order.
 *
 * @param name of the model, for people: the folder's
 * @param digests path to lower-case hex, in the order in which they are signed
 * @param ignored paths, relative to the folder, that with all below them do not count
 */
public record SignedFiles(String name, SequencedMap<String, String> digests, List<String> ignored) {
    /** The file name under which a signature lies among the files that it is over. */
    public static final String SIGNATURE = "model.sig";

    /** Never signed: what git keeps, as the reference implementation has it. */
    static final List<String> GIT = List.of(".git", ".gitattributes", ".github", ".gitignore");

    /** Where Hugging Face's client notes what it downloaded into a folder. */
    private static final String DOWNLOADS = ".cache/huggingface";

    private static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";
    private static final String SHA256 = "sha256";

    public SignedFiles {
        digests = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(digests));
        ignored = List.copyOf(ignored);
        digests.values().forEach(SignedFiles::requireDigest);
    }

    /** Files of a model that is to be signed into {@link #SIGNATURE}. */
    public static SignedFiles of(String name, Map<String, String> digests) {
        List<String> ignored = new ArrayList<>(List.of(SIGNATURE));
        ignored.addAll(GIT);
        ignored.add(DOWNLOADS);
        return new SignedFiles(name, PathOrder.sorted(digests), ignored);
    }

    private static void requireDigest(String digest) {
        if (!digest.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("'" + digest + "' is no SHA-256");
        }
    }

    /** SHA-256 over the digests of all files, in order; what statements refer to the model by. */
    public String root() {
        StreamDigest root = StreamDigest.of(StreamDigest.Algorithm.SHA256);
        digests.values().forEach(digest -> root.update(HexFormat.of().parseHex(digest)));
        return root.sha256();
    }

    JsonObject statement() {
        Map<String, JsonValue> serialization = new LinkedHashMap<>();
        serialization.put("method", new JsonText("files"));
        serialization.put("hash_type", new JsonText(SHA256));
        serialization.put("allow_symlinks", new JsonBool(false));
        serialization.put(
                "ignore_paths",
                new JsonArray(ignored.stream().<JsonValue>map(JsonText::new).toList()));
        Map<String, JsonValue> predicate = new LinkedHashMap<>();
        predicate.put("serialization", new JsonObject(serialization));
        predicate.put(
                "resources",
                new JsonArray(digests.entrySet().stream()
                        .<JsonValue>map(file -> resource(file.getKey(), file.getValue()))
                        .toList()));
        return statement(List.of(subject(name, root())), PREDICATE_TYPE, new JsonObject(predicate));
    }

    private static JsonObject resource(String name, String digest) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("name", new JsonText(name));
        members.put("algorithm", new JsonText(SHA256));
        members.put("digest", new JsonText(digest));
        return new JsonObject(members);
    }

    /** An in-toto statement, version 1. */
    public static JsonObject statement(List<JsonObject> subjects, String predicateType, JsonObject predicate) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("_type", new JsonText(STATEMENT_TYPE));
        members.put("subject", new JsonArray(List.copyOf(subjects)));
        members.put("predicateType", new JsonText(predicateType));
        members.put("predicate", predicate);
        return new JsonObject(members);
    }

    /** A subject of a statement. */
    public static JsonObject subject(String name, String sha256) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("name", new JsonText(name));
        members.put("digest", new JsonObject(Map.of(SHA256, new JsonText(sha256))));
        return new JsonObject(members);
    }

    /** What a verified statement says; RefusedInput {@code signature.malformed}, {@code signature.unsupported}. */
    static SignedFiles of(JsonObject statement, String what) {
        JsonObject predicate = predicate(statement, PREDICATE_TYPE, what);
        JsonObject serialization = predicate
                .object("serialization")
                .orElseThrow(() -> Envelope.malformed(what, "it does not say how the files were summed"));
        if (!Envelope.text(serialization, "method", what).equals("files")) {
            throw unsupported(what, "by " + Envelope.text(serialization, "method", what));
        }
        SequencedMap<String, String> digests = new LinkedHashMap<>();
        for (JsonValue value :
                predicate.array("resources").map(JsonArray::values).orElse(List.of())) {
            if (!(value instanceof JsonObject file)) {
                throw Envelope.malformed(what, "one of its files is no object");
            }
            if (!Envelope.text(file, "algorithm", what).equals(SHA256)) {
                throw unsupported(what, "with " + Envelope.text(file, "algorithm", what));
            }
            String name = Envelope.text(file, "name", what);
            if (digests.put(name, digest(file.text("digest").orElse(""), what)) != null) {
                throw Envelope.malformed(what, "it names " + name + " twice");
            }
        }
        List<String> ignored =
                serialization.array("ignore_paths").flatMap(JsonArray::texts).orElse(List.of());
        List<Map.Entry<String, String>> subjects =
                List.copyOf(subjects(statement, what).entrySet());
        if (subjects.size() != 1) {
            throw Envelope.malformed(what, "it is about " + subjects.size() + " subjects, not one");
        }
        SignedFiles files = new SignedFiles(subjects.getFirst().getKey(), digests, ignored);
        if (!files.root().equals(subjects.getFirst().getValue())) {
            throw Envelope.malformed(what, "its digest of all files is not that of the files it names");
        }
        return files;
    }

    /** The predicate of a statement of this type. */
    public static JsonObject predicate(JsonObject statement, String type, String what) {
        if (!Envelope.text(statement, "_type", what).equals(STATEMENT_TYPE)) {
            throw Envelope.malformed(what, "it holds no in-toto statement of version 1");
        }
        String found = Envelope.text(statement, "predicateType", what);
        if (!found.equals(type)) {
            throw Envelope.malformed(what, "it holds a statement '%s', not '%s'".formatted(found, type));
        }
        return statement.object("predicate").orElseThrow(() -> Envelope.malformed(what, "its statement says nothing"));
    }

    /** Name to SHA-256 of every subject of a statement. */
    public static SequencedMap<String, String> subjects(JsonObject statement, String what) {
        SequencedMap<String, String> subjects = new LinkedHashMap<>();
        for (JsonValue value : statement.array("subject").map(JsonArray::values).orElse(List.of())) {
            if (!(value instanceof JsonObject subject)) {
                throw Envelope.malformed(what, "one of its subjects is no object");
            }
            String digest = subject.object("digest")
                    .flatMap(digests -> digests.text(SHA256))
                    .orElse("");
            subjects.put(Envelope.text(subject, "name", what), digest(digest, what));
        }
        return subjects;
    }

    private static String digest(String digest, String what) {
        if (!digest.matches("[0-9a-f]{64}")) {
            throw Envelope.malformed(what, "it has '" + digest + "' where a SHA-256 was expected");
        }
        return digest;
    }

    private static RefusedInput unsupported(String what, String how) {
        return new RefusedInput(
                "signature.unsupported",
                "%s sums its files %s; Ingot verifies whole files with SHA-256.".formatted(what, how),
                "verify it with the reference implementation (model_signing verify)");
    }
}
