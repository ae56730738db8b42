package dev.ingot.pipeline.store;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyLayoutTest {
    /** Stores disagree on what becomes of such keys; one of them never lists the longer one. */
    @Test
    void no_key_is_a_prefix_of_another() {
        RunKeys run = new RunKeys(new RunRef("team", "run"));
        TaskId task = new TaskId(new RunRef("team", "run"), StageName.MERGE, 1);
        ModelKeys model = new ModelKeys("team", "model");
        CacheKeys cache = new CacheKeys("team");
        List<String> keys = List.of(
                run.request(),
                run.plan(),
                run.report(),
                run.reportPage(),
                run.result(),
                run.attempt(task, 1),
                run.attempt(task, 11),
                run.data(task, "a", "model.safetensors"),
                run.done(task),
                model.manifest(1),
                model.manifest(11),
                model.alias("latest", 1),
                cache.entry("abc"),
                cache.memo("abc"),
                cache.data("abc"));
        for (String key : keys) {
            ObjectKeys.require(key);
            for (String other : keys) {
                assertFalse(other.startsWith(key + "/"), key + " is a prefix of " + other);
            }
        }
    }
}
