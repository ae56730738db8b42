package dev.ingot.validate.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.validate.gate.GatePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyFileTest {
    @TempDir
    Path folder;

    @Test
    void whatIsPrintedIsAPolicyWithTheDefaults() {
        TeamPolicy printed = read(PolicyText.defaults());

        assertEquals(GatePolicy.publishing(), printed.gates());
        assertEquals(
                TeamPolicy.of(GatePolicy.publishing()).applied().settings(),
                printed.applied().settings());
    }

    @Test
    void everyKeyIsPrintedWithItsExplanationAbove() {
        String text = PolicyText.defaults();

        for (PolicyKey key : PolicyKey.values()) {
            String start = key.explanation().substring(0, 20);
            int at = text.indexOf("# " + start);
            assertTrue(at >= 0 && text.indexOf(key.name(key.section()) + ": " + key.usual(), at) > at, key.path());
        }
    }

    @Test
    void aTeamSetsWhatItNamesAndLeavesTheRest() {
        TeamPolicy policy = read("""
                perplexity: {relative: 0.9}
                regression:
                  general: 1.1
                incumbent:
                  alias: prod
                undecided: refuse
                overridable: [weights, fidelity]
                evaluation:
                  domain: s3://texts/held-out.jsonl#answer
                  tokens: 512
                """);

        assertEquals(OptionalDouble.of(0.9), policy.gates().quality().relative());
        assertEquals(OptionalDouble.empty(), policy.gates().quality().absolute());
        assertEquals(OptionalDouble.of(1.1), policy.gates().quality().regression());
        assertEquals(Optional.of("prod"), policy.gates().quality().alias());
        assertEquals(false, policy.gates().quality().undecided());
        assertEquals(Set.of("weights", "fidelity"), policy.gates().overridable());
        assertEquals(Map.of("domain", "s3://texts/held-out.jsonl#answer"), policy.evaluation());
        assertEquals(OptionalLong.of(512), policy.tokens());
        assertEquals(GatePolicy.publishing().meanKl(), policy.gates().meanKl());
        assertEquals("0.9", policy.applied().settings().get("perplexity.relative"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            fidelity:;  mean_k1: 1              | policy.unknown-key | line 2, key 'fidelity.mean_k1' | nearest is 'fidelity.mean_kl'
            mean_kl: 1                          | policy.unknown-key | line 1, key 'mean_kl'          | nearest is 'fidelity.mean_kl'
            fidelty:;  mean_kl: 1               | policy.unknown-key | line 1, key 'fidelty'          | nearest is 'fidelity'.
            undecided: maybe                    | policy.bad-value   | line 1, key 'undecided'        | expected publish or refuse, found maybe
            weights:;;  distance: -1            | policy.bad-value   | line 3, key 'weights.distance' | expected a number of at least 0, found -1
            fidelity:;  agreement: 99           | policy.bad-value   | key 'fidelity.agreement'       | expected a number from 0 to 1, found 99
            fidelity:;  agreement: NaN          | policy.bad-value   | key 'fidelity.agreement'       | found NaN
            fidelity:;  agreement:              | policy.bad-value   | key 'fidelity.agreement'       | found nothing
            evaluation: {tokens: 1.5}           | policy.bad-value   | key 'evaluation.tokens'        | expected a whole number
            overridable: fidelity               | policy.bad-value   | key 'overridable'              | expected a list of structure
            overridable: [fidelity, everything] | policy.bad-value   | key 'overridable'              | found [fidelity, everything]
            undecided: [publish]                | policy.bad-value   | key 'undecided'                | found [publish]
            fidelity: 3                         | policy.malformed   | line 1, key 'fidelity'         | expected keys with values, found 3
            undecided: refuse;undecided: refuse | policy.twice       | line 2, key 'undecided'        | stands in line 1 already
            undecided: [                        | policy.malformed   | team.yaml, line                | is not YAML
            just words                          | policy.malformed   | line 1                         | expected keys with values
            """)
    void whatCannotStandInAPolicyIsRefusedByLineAndKey(String yaml, String code, String place, String problem) {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> read(yaml.replace(';', '\n')));

        assertEquals(code, refused.code());
        assertTrue(refused.getMessage().startsWith("team.yaml, line "), refused.getMessage());
        assertTrue(refused.getMessage().contains(place), refused.getMessage());
        assertTrue(refused.getMessage().contains(problem), refused.getMessage());
    }

    @Test
    void anEmptyFileDecidesNothing() {
        assertEquals(
                GatePolicy.delivering(),
                TeamPolicy.read("# later\n".getBytes(UTF_8), "team.yaml", GatePolicy.delivering())
                        .gates());
    }

    @Test
    void theStoreCountsBeforeTheFolderAndTheTeamsFileBeforeTheDefault() throws IOException {
        MemoryStore store = new MemoryStore();
        PolicyPlaces places = new PolicyPlaces(Optional.empty(), Optional.of(folder));

        assertEquals(
                "built in",
                places.of("support", store, GatePolicy.publishing()).applied().source());
        Files.writeString(folder.resolve("default.yaml"), "undecided: refuse");
        assertEquals(
                false,
                places.of("support", store, GatePolicy.publishing())
                        .gates()
                        .quality()
                        .undecided());
        Files.writeString(folder.resolve("support.yaml"), "undecided: publish");
        assertEquals(
                true,
                places.of("support", store, GatePolicy.publishing())
                        .gates()
                        .quality()
                        .undecided());
        store.createOnce(PolicyPlaces.key("support"), "undecided: refuse".getBytes(UTF_8));
        assertEquals(
                "teams/support/policy.yaml",
                places.of("support", store, GatePolicy.publishing()).applied().source());
        assertEquals(
                false,
                places.of("other", store, GatePolicy.publishing())
                        .gates()
                        .quality()
                        .undecided());
    }

    private static TeamPolicy read(String yaml) {
        return TeamPolicy.read(yaml.getBytes(UTF_8), "team.yaml", GatePolicy.publishing());
    }
}
