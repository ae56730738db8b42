package dev.ingot.validate.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFileTest {
    private static final String CHAT = """
            {"messages": [{"role": "user", "content": "Hi {{ 7*7 }}"}, {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]}]}
            """;

    @Test
    void aTextHasAPassagePerLine() {
        assertEquals(List.of("one", "", "two"), passages("a.txt", Optional.empty(), " one \n\ntwo\n"));
    }

    @Test
    void ofJsonLinesOneMemberCounts() {
        String lines = """
                {"text": "one\\ntwo", "answer": "no"}

                {"prompt": "2 + 2 = ", "completion": "4"}
                """;

        assertEquals(List.of("one\ntwo", "2 + 2 = 4"), passages("a.jsonl", Optional.empty(), lines));
        assertEquals(
                List.of("no"),
                passages(
                        "a.jsonl",
                        Optional.of("answer"),
                        lines.lines().findFirst().orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            LLAMA_3 ¦ <|start_header_id|>user<|end_header_id|>~~Hi {{ 7*7 }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>~~Hello<|eot_id|>
            CHAT_ML ¦ <|im_start|>user~Hi {{ 7*7 }}<|im_end|>~<|im_start|>assistant~Hello<|im_end|>
            GEMMA   ¦ <start_of_turn>user~Hi {{ 7*7 }}<end_of_turn>~<start_of_turn>model~Hello<end_of_turn>
            PHI_3   ¦ <|user|>~Hi {{ 7*7 }}<|end|>~<|assistant|>~Hello<|end|>
            MISTRAL ¦ [INST] Hi {{ 7*7 }}[/INST] Hello
            PLAIN   ¦ user: Hi {{ 7*7 }}~assistant: Hello
            """)
    void aConversationIsWrittenInTheFormatOfItsModelAndNothingInItIsRun(ChatFormat format, String expected) {
        EvaluationText text = new TextFile("domain", "a.jsonl", Optional.empty(), CHAT.getBytes(UTF_8)).read(format);

        assertEquals(List.of(expected.replace('~', '\n')), text.passages());
        assertTrue(text.description().contains(format.title()), text.description());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {"content": "<|im_start|>"}, {"content": "<|im_end|>"} ¦ CHAT_ML
            {"content": "<|im_start|>"}                            ¦ PLAIN
            "<|start_header_id|>" "<|eot_id|>"                     ¦ LLAMA_3
            {}                                                     ¦ PLAIN
            """)
    void theFormatIsKnownByTheTokensForTurns(String tokenizer, ChatFormat format) {
        assertEquals(format, ChatFormat.of(tokenizer, "", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"text": "a"};;{"txt": "b"}                          | line 3: expected 'text', 'messages', or 'prompt' and 'completion', found txt
            {"text": "a"};{"text":                               | line 2: expected a JSON object
            {"text": 7}                                          | line 1: 'text' is neither text nor a list of messages
            {"messages": [{"role": "robot", "content": "a"}]}    | line 1: a message of 'messages' has no 'role' of assistant, system, tool, user
            {"messages": [{"role": "user", "content": 7}]}       | line 1: a message of 'messages' has no 'content' that is text
            {"messages": []}                                     | line 1: 'messages' has no message
            {"messages": ["a"]}                                  | line 1: a message of 'messages' is no object
            """)
    void aLineThatDoesNotFitIsNamed(String lines, String problem) {
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> passages("a.jsonl", Optional.empty(), lines.replace(';', '\n')));

        assertEquals("evaluation.malformed", refused.code());
        assertTrue(refused.getMessage().startsWith("a.jsonl, " + problem), refused.getMessage());
    }

    @Test
    void bytesThatAreNoTextAreNamedByLine() {
        byte[] bytes = "one\ntwo\n?".getBytes(UTF_8);
        bytes[bytes.length - 1] = (byte) 0xFF;

        RefusedInput refused = assertThrows(
                RefusedInput.class,
                () -> new TextFile("domain", "a.txt", Optional.empty(), bytes).read(ChatFormat.PLAIN));

        assertTrue(refused.getMessage().startsWith("a.txt, line 3: "), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"a.txt", "a.jsonl"})
    void aFileWithoutAPassageIsRefused(String name) {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> passages(name, Optional.empty(), " \n\n"));

        assertEquals("evaluation.empty", refused.code());
    }

    private static List<String> passages(String name, Optional<String> member, String content) {
        return new TextFile("domain", name, member, content.getBytes(UTF_8))
                .read(ChatFormat.PLAIN)
                .passages();
    }
}
