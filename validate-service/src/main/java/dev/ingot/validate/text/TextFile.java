package dev.ingot.validate.text;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A file of evaluation text, by its name: {@code .jsonl} and {@code .ndjson} have an object per line, all others a passage per line.
 *
 * @param name of the file, for people
 * @param member that counts of each object, where one was named
 */
public record TextFile(String set, String name, Optional<String> member, byte[] content) {
    private static final String LINES = ".*[.](jsonl|ndjson)";

    public TextFile {
        content = content.clone();
    }

    /** Its passages. @param format for conversations; RefusedInput {@code evaluation.*} naming the line */
    public EvaluationText read(ChatFormat format) {
        String text = text();
        boolean lines = name.matches(LINES);
        EvaluationText read = lines
                ? new EvaluationText(set, name, content, new JsonLines(name, member, format).passages(text))
                : new EvaluationText(set, name, content);
        if (read.passages().stream().allMatch(String::isBlank)) {
            throw new RefusedInput(
                    "evaluation.empty",
                    "The evaluation text %s has no passage.".formatted(name),
                    "name a file with text");
        }
        return lines && isChat(text) ? described(read, format) : read;
    }

    private EvaluationText described(EvaluationText read, ChatFormat format) {
        return new EvaluationText(set, "%s (chats, as %s)".formatted(name, format.title()), content, read.passages());
    }

    private boolean isChat(String text) {
        String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
        return Json.parseObject(first.getBytes(StandardCharsets.UTF_8), name)
                .array(member.orElse("messages"))
                .isPresent();
    }

    private String text() {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException notText) {
            int line = 1;
            for (int i = 0; i < bytes.position(); i++) {
                line += content[i] == '\n' ? 1 : 0;
            }
            throw new RefusedInput(
                    "evaluation.malformed",
                    "%s, line %d: expected UTF-8 text, found other bytes.".formatted(name, line),
                    "save it as UTF-8");
        }
    }
}
