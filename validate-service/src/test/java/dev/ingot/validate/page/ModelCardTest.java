package dev.ingot.validate.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ModelCardTest {
    private static final CardFacts KNOWN =
            new CardFacts("meta-llama/Llama-2-7b-hf", Optional.of("apache-2.0"), List.of("lora", "llama"));
    private final ModelCard card = new ModelCard();

    @Test
    void theFrontMatterNamesWhatTheHubReads() {
        String text = card.render(SampleReports.delivered(), KNOWN);
        assertTrue(text.startsWith("""
                ---
                base_model: "meta-llama/Llama-2-7b-hf"
                base_model_relation: finetune
                library_name: transformers
                license: "apache-2.0"
                tags:
                - "ingot"
                - "merged"
                - "lora"
                - "llama"
                ---
                """), text);
    }

    @Test
    void aBaseOnSomebodysDiskIsNotNamed() {
        String text = card.render(
                SampleReports.delivered(), new CardFacts("/home/ann/models/llama", Optional.empty(), List.of()));
        assertFalse(text.contains("base_model:"), text);
        assertFalse(text.contains("/home/ann"), text);
        assertFalse(text.contains("/srv/models"), text);
        assertTrue(text.contains("Which repository the base came from"), text);
        assertTrue(text.contains("The licence: neither base nor adapter states one"), text);
    }

    @Test
    void verdictFiguresTyingAndLoadingStandInIt() {
        String text = card.render(SampleReports.delivered(), KNOWN);
        assertTrue(text.contains("Published as version 1."), text);
        assertTrue(text.contains("| domain | 2,064 | 6,053 | 168.1 | 168.1 |"), text);
        assertTrue(text.contains("Untied: the base shares one matrix"), text);
        assertTrue(text.contains("AutoModelForCausalLM.from_pretrained(\"./jargon-lora-ends\")"), text);
        assertTrue(text.contains("- Nothing that Ingot looks for."), text);
    }

    @Test
    void whatIsNotKnownIsListed() {
        String text = card.render(SampleReports.unmeasured(), KNOWN);
        String unknown = text.substring(text.indexOf("## What is not known"));
        assertTrue(unknown.contains("What training saw of the base (above)."), unknown);
        assertTrue(unknown.contains("Fidelity was not measured: validate has no forward pass"), unknown);
    }

    @Test
    void thatTheBaseIsUndeclaredIsSaidOnce() {
        String sentence = "whether training saw 4 bit is not known";
        String text = card.render(SampleReports.unmeasured(), KNOWN);
        assertTrue(text.contains(sentence), text);
        assertEquals(text.indexOf(sentence), text.lastIndexOf(sentence), text);
    }

    @Test
    void hostileTextNeitherLeavesItsLineNorBecomesMarkup() {
        CardFacts facts = new CardFacts("a/b\nlicense: mit", Optional.of("mit\"\nx: y"), List.of("a\n---"));
        String text = card.render(SampleReports.hostile(), facts);
        assertEquals(2, text.lines().filter(line -> line.equals("---")).count(), text);
        assertFalse(text.contains("\nlicense: mit"), text);
        assertFalse(text.contains("\nx: y"), text);
        String outside = text.replaceAll("(?s)```.*?```", "");
        assertFalse(Pattern.compile("(?<!\\\\)<").matcher(outside).find(), outside);
    }
}
