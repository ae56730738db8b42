package dev.ingot.hosting;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.source.hub.HubCache;
import dev.ingot.pipeline.store.memory.MemoryStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTimerTest {
    private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");

    @TempDir
    Path cache;

    @Test
    void aSweepTakesWhatWasNotUsedForTheConfiguredTimeAndLeavesTheRest() throws IOException {
        Path old = blob("ab", Duration.ofDays(8));
        Path used = blob("cd", Duration.ofDays(6));
        HubCacheTimer timer = new HubCacheTimer(
                new MemoryStore(),
                new Week(cache),
                () -> Optional.of(List.of("hf://")),
                Clock.fixed(NOW, ZoneOffset.UTC));
        timer.start(new StartupEvent());
        timer.sweep();
        timer.stop(new ShutdownEvent());
        assertFalse(Files.exists(old));
        assertTrue(Files.exists(used));
    }

    private Path blob(String hex, Duration unused) throws IOException {
        Path file = Files.write(cache.resolve(HubCache.nameOf("sha256:" + hex)), new byte[16]);
        return Files.setLastModifiedTime(file, FileTime.from(NOW.minus(unused)));
    }

    /** Keeps what was used within a week. */
    private record Week(Path folder) implements HubConfig {
        @Override
        public String endpoint() {
            return "https://hub.example";
        }

        @Override
        public Optional<String> token() {
            return Optional.empty();
        }

        @Override
        public Optional<List<String>> hosts() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> cache() {
            return Optional.of(folder);
        }

        @Override
        public OptionalLong cacheMaxBytes() {
            return OptionalLong.empty();
        }

        @Override
        public Duration cacheMaxUnused() {
            return Duration.ofDays(7);
        }
    }
}
