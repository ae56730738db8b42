package dev.ingot.bench.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A minute of fuzzing in CI, ten seconds elsewhere; without it: {@code -DexcludedGroups=fuzz}. {@code bench/fuzz --seed 1 --only N} looks at a case
 * again.
 */
@Timeout(180)
class FuzzerTest {
    private static final Path RESOURCES = Path.of("../checkpoint/src/test/resources");
    private static final long SEED = 1;

    /** The time is shared out evenly: every kind of container gets its own cases. */
    @ParameterizedTest
    @EnumSource(Container.class)
    @Tag("fuzz")
    void everyDamagedFileIsRefusedWithACodeOrGivesWholeFiniteTensors(Container container) throws Exception {
        double seconds = (System.getenv("INGOT_CI") == null ? 10.0 : 60.0) / Container.values().length;
        Tally tally = container.fuzzer(RESOURCES, SEED).run(Long.MAX_VALUE, (long) (seconds * 1e9), 2);
        assertEquals(List.of(), tally.findings());
        assertTrue(tally.cases() > 10, tally.cases() + " cases");
    }

    @Test
    void aDamagedFileThatIsAcceptedIsAFinding() throws Exception {
        Fuzzer fuzzer = one();
        Mutation mutation = new Mutation("test", Expectation.REFUSED, subject());
        assertEquals(
                Optional.of("accepted, but has to be refused"),
                fuzzer.complaint(mutation, Trial.of(mutation.subject()), 0));
    }

    @Test
    void aHarmlessChangeThatChangesNumbersIsAFinding() throws Exception {
        Fuzzer fuzzer = one();
        EditableFile file = EditableFile.read(subject().base().get("model.safetensors"));
        file.named("model.norm.weight").data[0] ^= 1;
        Subject changed = subject().with(false, "model.safetensors", file.bytes());
        Mutation mutation = new Mutation("test", Expectation.SAME, changed);
        assertTrue(fuzzer.complaint(mutation, Trial.of(changed), 0).isPresent());
    }

    @Test
    void anotherExceptionThanARefusalIsAFinding() throws Exception {
        Mutation mutation = new Mutation("test", Expectation.EITHER, subject());
        assertEquals(Optional.of("crash"), one().complaint(mutation, new Outcome.Broken("crash"), 0));
    }

    @Test
    void aCaseThatAsksForMuchMemoryIsAFinding() throws Exception {
        Mutation mutation = new Mutation("test", Expectation.EITHER, subject());
        assertTrue(one().complaint(mutation, new Outcome.Refused("a.b"), Fuzzer.MAX_BYTES + 1)
                .isPresent());
    }

    @Test
    void aSeedGivesTheSameCasesAgain() throws Exception {
        Mutation mutation = one().mutation(7);
        Mutation again = one().mutation(7);
        assertEquals(mutation.kind(), again.kind());
        assertEquals(Trial.of(mutation.subject()), Trial.of(again.subject()));
    }

    private static Fuzzer one() throws Exception {
        return Fuzzer.over(List.of(subject()), SEED);
    }

    private static Subject subject() throws Exception {
        return Subjects.of(RESOURCES).stream()
                .filter(subject -> subject.name().equals("other-names"))
                .findFirst()
                .orElseThrow();
    }
}
