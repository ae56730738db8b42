package dev.ingot.validate;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.validate.forward.Tokenizer;
import dev.ingot.validate.text.ChatFormat;
import dev.ingot.validate.text.EvaluationText;
import dev.ingot.validate.text.TextFile;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts that a request measures on: those that it names, before those of its team, before the bundled general one. */
final class EvaluationTexts {
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_TOKENIZER_BYTES = 256 << 20;
    private static final Pattern LINES = Pattern.compile(".*[.](jsonl|ndjson)");

    /** {@code held-out.jsonl#answer} */
    private static final Pattern NAMED_MEMBER = Pattern.compile("(.+[.](jsonl|ndjson))#([^/#]+)");

    private EvaluationTexts() {}

    /** RefusedInput {@code evaluation.*} when a text is not there. */
    static List<EvaluationText> of(RunRequest request, Map<String, String> ofTeam, FileSets sources, FileSet checkpoint)
            throws IOException {
        Map<String, String> places = new TreeMap<>(ofTeam);
        places.putAll(request.evaluation());
        List<EvaluationText> texts = new ArrayList<>();
        if (!places.containsKey("general")) {
            texts.add(EvaluationText.general());
        }
        for (Map.Entry<String, String> named : places.entrySet()) {
            texts.add(read(named.getKey(), named.getValue(), sources, checkpoint));
        }
        return texts;
    }

    /** Only conversations need the tokenizer, by whose tokens their format is known, its template and the model's kind. */
    private static ChatFormat format(FileSet checkpoint) throws IOException {
        String template = text(checkpoint, "chat_template.jinja");
        JsonObject tokenizer = json(checkpoint, "tokenizer_config.json");
        JsonObject config = json(checkpoint, ModelConfig.FILE);
        return ChatFormat.of(
                text(checkpoint, Tokenizer.FILE),
                template.isEmpty() ? template(tokenizer) : template,
                config.text("model_type").orElse(""));
    }

    /** One text, or several by their names, of which one is the default. */
    private static String template(JsonObject tokenizer) {
        return tokenizer.get("chat_template").map(Json::write).orElse("");
    }

    private static JsonObject json(FileSet checkpoint, String name) throws IOException {
        String text = text(checkpoint, name);
        return text.isEmpty() ? JsonObject.empty() : Json.parseObject(text.getBytes(StandardCharsets.UTF_8), name);
    }

    private static String text(FileSet checkpoint, String name) throws IOException {
        Optional<byte[]> content = SmallFiles.readSmall(checkpoint, name, MAX_TOKENIZER_BYTES);
        return content.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("");
    }

    private static EvaluationText read(String set, String address, FileSets sources, FileSet checkpoint)
            throws IOException {
        Matcher named = NAMED_MEMBER.matcher(address);
        boolean isNamed = named.matches();
        String location = isNamed ? named.group(1) : address;
        Optional<String> member = isNamed ? Optional.of(named.group(3)) : Optional.empty();
        int slash = location.lastIndexOf('/');
        if (slash < 0) {
            throw missing(set, location);
        }
        String name = location.substring(slash + 1);
        byte[] content = SmallFiles.readSmall(
                        sources.open(location.substring(0, slash + 1)), plain(location, name), MAX_BYTES)
                .orElseThrow(() -> missing(set, location));
        boolean lines = LINES.matcher(name).matches();
        return new TextFile(set, plain(location, name), member, content)
                .read(lines ? format(checkpoint) : ChatFormat.PLAIN);
    }

    /** The file's own name: a URI writes a space as %20. */
    private static String plain(String location, String name) {
        return location.startsWith("file:")
                ? URI.create("file:///" + name).getPath().substring(1)
                : name;
    }

    private static RefusedInput missing(String set, String location) {
        return new RefusedInput(
                "evaluation.not-found",
                "The evaluation text '%s' is not at %s.".formatted(set, location),
                "name a UTF-8 file with a passage per line, or JSON lines (.jsonl)");
    }
}
