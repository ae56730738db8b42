package dev.ingot.validate.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ModelCardTest {
    private static final CardFacts KNOWN = new CardFacts(
            "meta-llama/Llama-2-7b-hf",
            Optional.of(License.of("apache-2.0")),
            List.of("lora", "llama"),
            Optional.of("text-generation"),
            "report.html");
    private final ModelCard card = new ModelCard();

    @Test
    void theFrontMatterNamesWhatTheHubReads() {
        String text = card.render(SampleReports.delivered(), KNOWN);
        assertTrue(text.startsWith("""
                ---
                base_model: "meta-llama/Llama-2-7b-hf"
                base_model_relation: finetune
                library_name: transformers
                pipeline_tag: "text-generation"
                license: "apache-2.0"
                tags:
                - "ingot"
                - "merged"
                - "lora"
                - "llama"
                model-index:
                - name: "demo / jargon-lora-ends"
                  results:
                  - task:
                      type: text-generation
                    dataset:
                      type: text
                      name: "general: King James Bible"
                      revision: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
                    metrics:
                    - type: perplexity
                      value: 38.5751
                  - task:
                      type: text-generation
                    dataset:
                      type: text
                      name: "domain: Jargon File"
                      revision: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
                    metrics:
                    - type: perplexity
                      value: 168.083
                ---
                """), text);
    }

    @Test
    void aLicenceWithoutIdentifierKeepsItsNameAndItsLink() {
        License own = new License("other", Optional.of("our-terms"), Optional.of("https://example.org/terms"));
        String text = card.render(
                SampleReports.unmeasured(),
                new CardFacts("a/b", Optional.of(own), List.of(), Optional.empty(), "report.html"));
        assertTrue(text.contains("""
                license: "other"
                license_name: "our-terms"
                license_link: "https://example.org/terms"
                """), text);
        assertFalse(text.contains("model-index"), "nothing was measured");
        assertTrue(text.contains("[report.html](report.html)"), text);
    }

    @Test
    void aBaseOnSomebodysDiskIsNotNamed() {
        String text = card.render(
                SampleReports.delivered(),
                new CardFacts("/home/ann/models/llama", Optional.empty(), List.of(), Optional.empty(), "report.html"));
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
        CardFacts facts = new CardFacts(
                "a/b\nlicense: mit",
                Optional.of(License.of("mit\"\nx: y")),
                List.of("a\n---"),
                Optional.of("a: b\n---"),
                "/api/teams/a/runs/b/report.html");
        String text = card.render(SampleReports.hostile(), facts);
        assertEquals(2, text.lines().filter(line -> line.equals("---")).count(), text);
        assertFalse(text.contains("\nlicense: mit"), text);
        assertFalse(text.contains("\nx: y"), text);
        String outside = text.replaceAll("(?s)```.*?```", "");
        assertFalse(Pattern.compile("(?<!\\\\)<").matcher(outside).find(), outside);
    }
}
