package dev.ingot.validate.text;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the turns of a conversation are written for a family of models. A checkpoint's own template is a program and is not run; which of these it uses is told by the
 * special tokens of its tokenizer.
 */
public enum ChatFormat {
    LLAMA_3("Llama 3", "<|start_header_id|>", "<|eot_id|>") {
        @Override
        String turn(Turn turn) {
            return "<|start_header_id|>%s<|end_header_id|>\n\n%s<|eot_id|>".formatted(turn.role(), turn.content());
        }
    },
    CHAT_ML("ChatML", "<|im_start|>", "<|im_end|>") {
        @Override
        String turn(Turn turn) {
            return "<|im_start|>%s\n%s<|im_end|>\n".formatted(turn.role(), turn.content());
        }
    },
    /** Its models know no system: what that says is the user's. */
    GEMMA("Gemma", "<start_of_turn>", "<end_of_turn>") {
        @Override
        String turn(Turn turn) {
            String role = turn.role().equals("assistant") ? "model" : "user";
            return "<start_of_turn>%s\n%s<end_of_turn>\n".formatted(role, turn.content());
        }
    },
    PHI_3("Phi-3", "<|assistant|>", "<|end|>") {
        @Override
        String turn(Turn turn) {
            return "<|%s|>\n%s<|end|>\n".formatted(turn.role(), turn.content());
        }
    },
    /** Instructions in tokens of their own; an answer ends as a passage does. */
    MISTRAL("Mistral", "[INST]", "[/INST]") {
        @Override
        String turn(Turn turn) {
            return turn.role().equals("assistant")
                    ? " " + turn.content()
                    : "[INST] %s[/INST]".formatted(turn.content());
        }
    },
    /** For a tokenizer that has no tokens for turns. */
    PLAIN("names of roles") {
        @Override
        String turn(Turn turn) {
            return "%s: %s\n".formatted(turn.role(), turn.content());
        }
    };

    private final String title;
    private final List<String> tokens;

    ChatFormat(String title, String... tokens) {
        this.title = title;
        this.tokens = List.of(tokens);
    }

    /** One turn; {@code role} is {@code system}, {@code user}, {@code assistant} or {@code tool}. */
    public record Turn(String role, String content) {}

    abstract String turn(Turn turn);

    /** For people. */
    public String title() {
        return title;
    }

    /** The format whose tokens all stand in a tokenizer. @param tokenizer content of tokenizer.json, or nothing */
    public static ChatFormat of(String tokenizer) {
        return Arrays.stream(values())
                .filter(format -> format.tokens.stream().allMatch(token -> tokenizer.contains('"' + token + '"')))
                .findFirst()
                .orElseThrow();
    }

    /** A conversation as one passage. */
    String passage(List<Turn> turns) {
        return turns.stream().map(this::turn).collect(Collectors.joining()).stripTrailing();
    }
}
