package dev.ingot.pipeline.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.store.memory.MemoryStore;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StoreProbeTest {
    @Test
    void a_store_that_honours_create_once_passes_and_is_left_empty() throws IOException {
        MemoryStore store = new MemoryStore();
        StoreProbe.standard().check(store);
        assertEquals(List.of(), store.list(""));
    }

    @Test
    void a_store_that_ignores_the_condition_is_refused_and_left_empty() {
        MemoryStore memory = new MemoryStore();
        ObjectStore ignorant = new ForwardingStore(memory) {
            @Override
            public synchronized boolean createOnce(String key, byte[] content) throws IOException {
                memory.delete(key);
                return memory.createOnce(key, content);
            }
        };
        UnsafeStore refusal =
                assertThrows(UnsafeStore.class, () -> StoreProbe.standard().check(ignorant));
        assertTrue(refusal.getMessage().startsWith("8 of 8 writers were told that they created the same object"));
        assertEquals(List.of(), memory.list(""));
    }

    @Test
    void a_store_that_lists_late_is_refused() {
        ObjectStore late = new ForwardingStore(new MemoryStore()) {
            @Override
            public List<ObjectInfo> list(String prefix) {
                return List.of();
            }
        };
        assertThrows(UnsafeStore.class, () -> StoreProbe.standard().check(late));
    }

    @Test
    void a_store_that_fails_is_not_unsafe_but_failing() {
        ObjectStore failing = new ForwardingStore(new MemoryStore()) {
            @Override
            public boolean createOnce(String key, byte[] content) throws IOException {
                throw new IOException("connection refused");
            }
        };
        assertThrows(IOException.class, () -> StoreProbe.standard().check(failing));
    }
}
