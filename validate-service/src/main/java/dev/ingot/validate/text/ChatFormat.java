package dev.ingot.validate.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How the turns of a conversation are written for a family of models. A checkpoint's own template is a program and is not run; which of these it uses is told by the
 * special tokens of its tokenizer, or where turns have none, by what stands in the template's text, and without one by the kind of model. What begins and ends a whole passage is left out:
 * the tokenizer and {@link Windows} bring that.
 */
public enum ChatFormat {
    LLAMA_3("Llama 3", "<|start_header_id|>", "<|eot_id|>") {
        @Override
        String turn(Turn turn, boolean last) {
            return "<|start_header_id|>%s<|end_header_id|>\n\n%s<|eot_id|>".formatted(turn.role(), turn.content());
        }
    },
    CHAT_ML("ChatML", "<|im_start|>", "<|im_end|>") {
        @Override
        String turn(Turn turn, boolean last) {
            return "<|im_start|>%s\n%s<|im_end|>\n".formatted(turn.role(), turn.content());
        }
    },
    /** Its models know no system: what that says stands before what the user says. */
    GEMMA("Gemma", "<start_of_turn>", "<end_of_turn>") {
        @Override
        List<Turn> prepared(List<Turn> turns) {
            return withSystem(turns, "%s\n\n%s");
        }

        @Override
        String turn(Turn turn, boolean last) {
            String role = turn.role().equals(ASSISTANT) ? "model" : "user";
            return "<start_of_turn>%s\n%s<end_of_turn>\n".formatted(role, turn.content());
        }
    },
    PHI_3("Phi-3", "<|assistant|>", "<|end|>") {
        @Override
        String turn(Turn turn, boolean last) {
            return "<|%s|>\n%s<|end|>\n".formatted(turn.role(), turn.content());
        }
    },
    /**
     * gpt-oss: answers stand in the channel for them, and what others call the system's is the developer's. The system's own message has no date, so that a
     * passage is the same every day.
     */
    HARMONY("Harmony", "<|start|>", "<|message|>", "<|channel|>") {
        @Override
        List<Turn> prepared(List<Turn> turns) {
            List<Turn> prepared = new ArrayList<>(List.of(new Turn(SYSTEM, HARMONY_SYSTEM)));
            for (Turn turn : turns) {
                boolean instructs = turn.role().equals(SYSTEM);
                prepared.add(
                        instructs ? new Turn("developer", "# Instructions\n\n" + turn.content() + "\n\n") : turn);
            }
            return prepared;
        }

        @Override
        String turn(Turn turn, boolean last) {
            String from = switch (turn.role()) {
                case ASSISTANT -> "assistant<|channel|>final";
                case TOOL -> "functions.tool to=assistant<|channel|>commentary";
                default -> turn.role();
            };
            String end = last && turn.role().equals(ASSISTANT) ? "" : "<|end|>";
            return "<|start|>%s<|message|>%s%s".formatted(from, turn.content(), end);
        }
    },
    /** Instructions in tokens of their own; an answer ends as a passage does. */
    MISTRAL("Mistral", "[INST]", "[/INST]") {
        @Override
        List<Turn> prepared(List<Turn> turns) {
            return withSystem(turns, "%s\n\n%s");
        }

        @Override
        String turn(Turn turn, boolean last) {
            return turn.role().equals(ASSISTANT)
                    ? " " + turn.content() + (last ? "" : "</s>")
                    : "[INST] %s[/INST]".formatted(turn.content());
        }
    },
    /** The same before instructions had tokens. */
    MISTRAL_V1("Mistral v1", Known.OTHERWISE) {
        @Override
        List<Turn> prepared(List<Turn> turns) {
            return MISTRAL.prepared(turns);
        }

        @Override
        String turn(Turn turn, boolean last) {
            return turn.role().equals(ASSISTANT)
                    ? MISTRAL.turn(turn, last)
                    : "[INST] %s [/INST]".formatted(turn.content());
        }
    },
    /** Every question begins a new sequence. */
    LLAMA_2("Llama 2", Known.OTHERWISE) {
        @Override
        List<Turn> prepared(List<Turn> turns) {
            return withSystem(turns, "<<SYS>>\n%s\n<</SYS>>\n\n%s");
        }

        @Override
        String turn(Turn turn, boolean last) {
            return turn.role().equals(ASSISTANT)
                    ? " %s %s".formatted(turn.content().strip(), last ? "" : "</s><s>")
                    : "[INST] %s [/INST]".formatted(turn.content().strip());
        }
    },
    /** For a tokenizer that has no tokens for turns. */
    PLAIN("names of roles") {
        @Override
        String turn(Turn turn, boolean last) {
            return "%s: %s\n".formatted(turn.role(), turn.content());
        }
    };

    private static final String SYSTEM = "system";
    private static final String ASSISTANT = "assistant";
    private static final String TOOL = "tool";
    private static final Set<String> OF_MISTRAL = Set.of("mistral", "mixtral");
    private static final String HARMONY_SYSTEM = """
            You are ChatGPT, a large language model trained by OpenAI.
            Knowledge cutoff: 2024-06

            Reasoning: medium

            # Valid channels: analysis, commentary, final. Channel must be included for every message.""";

    /** How a format is known. */
    private enum Known {
        TOKENS,
        OTHERWISE
    }

    private final String title;
    private final Known known;
    private final List<String> tokens;

    ChatFormat(String title, String... tokens) {
        this(title, Known.TOKENS, tokens);
    }

    ChatFormat(String title, Known known, String... tokens) {
        this.title = title;
        this.known = known;
        this.tokens = List.of(tokens);
    }

    /** One turn; {@code role} is {@code system}, {@code user}, {@code assistant} or {@code tool}. */
    public record Turn(String role, String content) {}

    /** @param last whether nothing follows it */
    abstract String turn(Turn turn, boolean last);

    /** The turns as the format has them. */
    List<Turn> prepared(List<Turn> turns) {
        return turns;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /**
     * The format of a model: the one whose tokens all stand in its tokenizer, else by the words of its template.
     *
     * @param tokenizer content of tokenizer.json, or nothing
     * @param template text of the chat template, or nothing; it is looked at, and not run
     * @param modelType from config.json, or nothing
     */
    public static ChatFormat of(String tokenizer, String template, String modelType) {
        return Arrays.stream(values())
                .filter(format -> format.known == Known.TOKENS && format != PLAIN)
                .filter(format -> format.tokens.stream().allMatch(token -> tokenizer.contains('"' + token + '"')))
                .findFirst()
                .orElseGet(() -> template.isBlank() ? ofType(tokenizer, modelType) : ofTemplate(template));
    }

    private static ChatFormat ofTemplate(String template) {
        if (!template.contains("[INST]")) {
            return PLAIN;
        }
        return template.contains("<<SYS>>") ? LLAMA_2 : MISTRAL_V1;
    }

    /** As releases of transformers that had templates of their own did it for models without one: for pieces that SentencePiece made. */
    private static ChatFormat ofType(String tokenizer, String modelType) {
        boolean pieces = tokenizer.contains("\"<s>\"") && tokenizer.contains("\"<0x0A>\"");
        if (!pieces) {
            return PLAIN;
        }
        return OF_MISTRAL.contains(modelType) ? MISTRAL_V1 : modelType.equals("llama") ? LLAMA_2 : PLAIN;
    }

    /** A conversation as one passage. */
    String passage(List<Turn> turns) {
        List<Turn> prepared = prepared(turns);
        StringBuilder passage = new StringBuilder();
        for (int i = 0; i < prepared.size(); i++) {
            passage.append(turn(prepared.get(i), i == prepared.size() - 1));
        }
        return passage.toString().stripTrailing();
    }

    /** What the system says in front of what the user says next; alone where nobody says more. */
    private static List<Turn> withSystem(List<Turn> turns, String together) {
        List<Turn> folded = new ArrayList<>();
        for (Turn turn : turns) {
            boolean after = !folded.isEmpty() && folded.getLast().role().equals(SYSTEM);
            if (after && turn.role().equals("user")) {
                String system = folded.removeLast().content();
                folded.add(new Turn("user", together.formatted(system, turn.content())));
            } else {
                folded.add(turn);
            }
        }
        return folded;
    }
}
