package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.validate.Judgement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge, who looks at no plan, agrees with planner and merge on every adapter and base that fit one another. */
@Timeout(120)
class RightPlansPassTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures");
    private static final List<String> BASES = List.of("base-fp16", "base-bf16-untied", "base-nf4", "base-nf4-single");

    @TempDir
    Path folder;

    static List<Arguments> adaptersOnBasesThatTheyFit() throws Exception {
        List<Arguments> fitting = new ArrayList<>();
        try (Stream<Path> adapters = Files.list(FIXTURES.resolve("adapters"))) {
            for (Path adapter : adapters.sorted().toList()) {
                for (String base : BASES) {
                    if (fits(FIXTURES.resolve(base), adapter)) {
                        fitting.add(Arguments.of(base, adapter.getFileName().toString()));
                    }
                }
            }
        }
        return fitting;
    }

    private static boolean fits(Path base, Path adapter) throws Exception {
        try {
            return !new StagedMerge(base, adapter).plan().shards().isEmpty();
        } catch (RefusedInput refused) {
            return false;
        }
    }

    @Test
    void everyAdapterFitsABase() throws Exception {
        try (Stream<Path> adapters = Files.list(FIXTURES.resolve("adapters"))) {
            assertTrue(adaptersOnBasesThatTheyFit().size() >= 3 * adapters.count());
        }
    }

    @ParameterizedTest
    @MethodSource("adaptersOnBasesThatTheyFit")
    void ofEveryAdapterOnEveryBaseThatItFits(String baseName, String adapterName) throws Exception {
        Path base = FIXTURES.resolve(baseName);
        Path adapter = FIXTURES.resolve("adapters").resolve(adapterName);
        StagedMerge merge = new StagedMerge(base, adapter);
        Judgement judgement = StagedJudge.judge(merge, base, adapter, folder.resolve("merged"));
        assertEquals("", StagedJudge.closed(judgement), judgement.gates()::toString);
    }
}
