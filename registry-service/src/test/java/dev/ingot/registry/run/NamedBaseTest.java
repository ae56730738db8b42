package dev.ingot.registry.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.registry.RegistryConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedBaseTest {
    private final MemoryStore bucket = new MemoryStore();

    private NamedBase named(String... teams) {
        return new NamedBase(Sources.folders(List.of()).withBucket("adapters", bucket), new Teams(List.of(teams)));
    }

    private String adapter(String name, String base) throws IOException {
        String config = "{\"peft_type\": \"VERA\", \"base_model_name_or_path\": \"" + base + "\"}";
        bucket.createOnce(name + "/adapter_config.json", config.getBytes(StandardCharsets.UTF_8));
        return "s3://adapters/" + name;
    }

    private static RefusedInput refusal(NamedBase named, String... adapters) {
        return assertThrows(
                RefusedInput.class, () -> named.of("acme", List.of(adapters), Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme", "*"})
    void aTeamThatMayGetsTheBaseOnTheHubThatItsAdapterNames(String team) throws IOException {
        String adapter = adapter("a", "meta-llama/Llama-3.2-1B");
        assertEquals(
                "hf://meta-llama/Llama-3.2-1B",
                named("other", team).of("acme", List.of(adapter), Optional.empty(), Optional.empty()));
    }

    @Test
    void aTeamThatMayNotHasToNameIt() throws IOException {
        RefusedInput refusal = refusal(named("acme-2"), adapter("a", "org/name"));
        assertEquals("request.no-base", refusal.code());
        assertTrue(refusal.getMessage().contains("team acme"), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/home/me/llama", "./llama", "llama", "hf://org/name", "org/../name"})
    void whatIsNoNameOnTheHubIsNotTaken(String base) throws IOException {
        assertEquals("request.no-base", refusal(named("*"), adapter("a", base)).code());
    }

    @Test
    void adaptersThatNameDifferentBasesAreRefused() throws IOException {
        RefusedInput refusal = refusal(named("*"), adapter("a", "org/one"), adapter("b", "org/two"));
        assertTrue(refusal.getMessage().contains("org/one, org/two"), refusal.getMessage());
    }

    /** Nothing but the teams is asked for. */
    record Teams(List<String> teams) implements RegistryConfig {
        @Override
        public Optional<List<String>> baseFromAdapter() {
            return Optional.of(teams);
        }

        @Override
        public Duration listingAge() {
            return Duration.ZERO;
        }

        @Override
        public Duration followEvery() {
            return Duration.ZERO;
        }

        @Override
        public Duration sendWithin() {
            return Duration.ZERO;
        }
    }
}
