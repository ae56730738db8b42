package dev.ingot.pipeline.provenance;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.signing.SignedFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An in-toto statement with the SLSA provenance predicate, version 1: these files were made of these inputs, by this plan, with these parameters, and the
 * gates measured this. Members that SLSA does not have begin with {@code ingot_}.
 */
public record ProvenanceStatement(JsonObject json) {
    /** The file that a signed statement is published in: an envelope on one line. */
    public static final String SIGNED = "provenance.intoto.jsonl";

    /** The file that a statement without signature is published in: the statement itself. */
    public static final String UNSIGNED = "provenance.json";

    /** The file that the plan is published in. */
    public static final String PLAN = "plan.json";

    private static final String PREDICATE_TYPE = "https://slsa.dev/provenance/v1";
    private static final String BUILD_TYPE = "tag:ingot.dev,2026:merge/v1";
    private static final String BUILDER = "tag:ingot.dev,2026:ingot";
    private static final Set<String> NO_PARAMETERS = Set.of("schema", "run", "submittedBy", "submittedAt");

    /**
     * States how a checkpoint came about.
     *
     * @param inputs every file that the plan reads, and those that it was made by
     * @param planDigest SHA-256 of plan.json
     * @param files path to SHA-256 of all that is published
     */
    public static ProvenanceStatement of(
            RunRequest request,
            Report report,
            List<InputDigest> inputs,
            String planDigest,
            Map<String, String> files,
            Builder builder) {
        List<JsonValue> dependencies = new ArrayList<>();
        dependencies.add(SignedFiles.subject(PLAN, planDigest));
        inputs.forEach(input -> dependencies.add(dependency(input)));
        JsonObject definition = object(
                "buildType",
                new JsonText(BUILD_TYPE),
                "externalParameters",
                parameters(request),
                "internalParameters",
                object("kernels", texts(builder.kernels())),
                "resolvedDependencies",
                new JsonArray(dependencies));
        JsonObject details = object(
                "builder",
                object("id", new JsonText(BUILDER), "version", texts(builder.versions())),
                "metadata",
                object(
                        "invocationId",
                        new JsonText(request.run().toString()),
                        "startedOn",
                        new JsonText(request.submittedAt().toString()),
                        "finishedOn",
                        new JsonText(report.at().toString())),
                "ingot_verdict",
                new JsonText(report.verdict()),
                "ingot_gates",
                new JsonArray(
                        report.gates().stream().map(ProvenanceStatement::gate).toList()));
        JsonObject run = choice(report)
                .map(text -> details.with(List.of("ingot_merge_base"), new JsonText(text)))
                .orElse(details);
        List<JsonObject> subjects = new TreeMap<>(files)
                .entrySet().stream()
                        .map(file -> SignedFiles.subject(file.getKey(), file.getValue()))
                        .toList();
        return new ProvenanceStatement(SignedFiles.statement(
                subjects, PREDICATE_TYPE, object("buildDefinition", definition, "runDetails", run)));
    }

    /** Which of two merges this is, and by which figures. */
    private static Optional<String> choice(Report report) {
        return Optional.ofNullable(report.mergeBaseChoice()).map(choice -> choice.chosen() + ": " + choice.reason());
    }

    private static JsonObject parameters(RunRequest request) {
        Map<String, JsonValue> asked = new LinkedHashMap<>(
                Json.parseObject(Documents.write(request), "the request").members());
        asked.keySet().removeAll(NO_PARAMETERS);
        return new JsonObject(asked);
    }

    private static JsonObject dependency(InputDigest input) {
        InputFile file = input.file();
        return object(
                "name",
                new JsonText(name(file)),
                "uri",
                new JsonText(file.location()),
                "digest",
                object("sha256", new JsonText(input.sha256())),
                "annotations",
                object("size", JsonNumber.of(file.size())));
    }

    private static JsonValue gate(Report.Gate gate) {
        return object(
                "gate",
                new JsonText(gate.name()),
                "state",
                new JsonText(gate.state().name().toLowerCase(Locale.ROOT).replace('_', '-')),
                "measured",
                new JsonText(gate.measured()),
                "limit",
                new JsonText(gate.limit()));
    }

    private static JsonObject texts(Map<String, String> texts) {
        return new JsonObject(texts.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        text -> new JsonText(text.getValue()),
                        (one, other) -> other,
                        TreeMap::new)));
    }

    /** Members in this order: name, value, name, value, … */
    private static JsonObject object(Object... members) {
        Map<String, JsonValue> all = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            all.put((String) members[i], (JsonValue) members[i + 1]);
        }
        return new JsonObject(all);
    }

    /** A statement that somebody published; RefusedInput {@code signature.malformed} when it is none of this kind. */
    public static ProvenanceStatement read(JsonObject json, String what) {
        SignedFiles.predicate(json, PREDICATE_TYPE, what);
        return new ProvenanceStatement(json);
    }

    /** The file as published without signature. */
    public byte[] text() {
        return Json.write(json).getBytes(StandardCharsets.UTF_8);
    }

    /** Path to SHA-256 of every file that it is about. */
    public Map<String, String> files() {
        return SignedFiles.subjects(json, "the provenance statement");
    }

    /** SHA-256 of the plan. */
    public String planDigest() {
        return digestOf(PLAN);
    }

    /** SHA-256 of an input, as the plan names it; RefusedInput {@code provenance.incomplete} where the statement has none. */
    public String digestOf(InputFile input) {
        return dependencies().stream()
                .filter(found ->
                        found.text("uri").filter(input.location()::equals).isPresent())
                .filter(found -> found.text("name").filter(name(input)::equals).isPresent())
                .findFirst()
                .map(ProvenanceStatement::digest)
                .orElseThrow(() -> incomplete(input.name()));
    }

    private static String name(InputFile input) {
        return input.role().name().toLowerCase(Locale.ROOT) + "/" + input.name();
    }

    private String digestOf(String name) {
        return dependencies().stream()
                .filter(found -> found.text("name").filter(name::equals).isPresent())
                .findFirst()
                .map(ProvenanceStatement::digest)
                .orElseThrow(() -> incomplete(name));
    }

    private List<JsonObject> dependencies() {
        return json
                .object("predicate")
                .flatMap(predicate -> predicate.object("buildDefinition"))
                .flatMap(definition -> definition.array("resolvedDependencies"))
                .map(JsonArray::values)
                .orElse(List.of())
                .stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .toList();
    }

    private static String digest(JsonObject dependency) {
        return dependency
                .object("digest")
                .flatMap(digest -> digest.text("sha256"))
                .orElse("");
    }

    private static RefusedInput incomplete(String name) {
        return new RefusedInput(
                "provenance.incomplete",
                "The provenance statement has no digest of " + name + ", which the plan reads.",
                "use the plan and the statement of the same version");
    }
}
