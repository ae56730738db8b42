package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadLinesTest {
    @ParameterizedTest
    @CsvSource({
        "LlamaForCausalLM, AutoModelForCausalLM",
        "GPT2LMHeadModel, AutoModelForCausalLM",
        "'', AutoModelForCausalLM",
        "BertForSequenceClassification, AutoModelForSequenceClassification",
        "LlavaNextForConditionalGeneration, LlavaNextForConditionalGeneration",
        "T5ForConditionalGeneration, T5ForConditionalGeneration",
        "LlamaModel, LlamaModel"
    })
    void loadsAsTheClassThatConfigNames(String architecture, String loader) {
        assertEquals(loader + ".from_pretrained(\"./a \\\"b\\\"\")", LoadLines.load(architecture, "./a \"b\""));
    }
}
