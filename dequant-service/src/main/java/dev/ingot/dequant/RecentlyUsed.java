package dev.ingot.dequant;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Keeps what was used last and makes the rest again. Safe for several threads, of which one makes a thing; making must be quick. */
final class RecentlyUsed<K, T> {
    private final int capacity;
    private final Map<K, T> kept = new LinkedHashMap<>(16, 0.75f, true);

    RecentlyUsed(int capacity) {
        this.capacity = capacity;
    }

    synchronized T get(K key, Function<K, T> make) {
        T found = kept.computeIfAbsent(key, make);
        if (kept.size() > capacity) {
            kept.remove(kept.keySet().iterator().next());
        }
        return found;
    }
}
