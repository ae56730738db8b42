package dev.ingot.pipeline.store;

import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Races create-once on a store before anything relies on it. A store that ignores the condition answers yes to every writer, so a few
 * rounds find it; a store that only loses a race now and then may pass.
 */
public final class StoreProbe {
    private static final Logger LOG = Logger.getLogger(StoreProbe.class);
    private static final String PREFIX = "probe/";
    private static final long START_TIMEOUT_SECONDS = 60;

    private final int writers;
    private final int rounds;

    private StoreProbe(int writers, int rounds) {
        this.writers = writers;
        this.rounds = rounds;
    }

    /** Eight writers, five rounds: some fifty small requests. */
    public static StoreProbe standard() {
        return new StoreProbe(8, 5);
    }

    /** Returns when the store holds; throws {@link UnsafeStore} with what was seen when it does not. Leaves no object behind. */
    public void check(ObjectStore store) throws IOException {
        String folder = PREFIX + UUID.randomUUID() + "/";
        try {
            for (int round = 1; round <= rounds; round++) {
                checkRound(store, folder, round);
            }
        } finally {
            cleanUp(store, folder);
        }
    }

    private void checkRound(ObjectStore store, String folder, int round) throws IOException {
        String key = folder + "round-" + round;
        List<Integer> winners = race(store, key);
        String seen = "in round " + round + " of " + rounds + ", on " + store;
        // No winner is legal: a reply was lost and the second try found the first one's object.
        if (winners.size() > 1) {
            throw new UnsafeStore(
                    winners.size() + " of " + writers + " writers were told that they created the same object, " + seen
                            + "; expected exactly one. The store ignores 'If-None-Match: *'; use one that honours it.");
        }
        String content = read(store, key, seen);
        if (winners.size() == 1 && !content.equals(contentOf(winners.getFirst()))) {
            throw new UnsafeStore("The object holds '" + content + "' although '" + contentOf(winners.getFirst())
                    + "' was told that it created it, " + seen + "; use a store that honours 'If-None-Match: *'.");
        }
        if (store.list(folder).stream().noneMatch(info -> info.key().equals(key))) {
            throw new UnsafeStore("An object that was just created is missing from the listing, " + seen
                    + "; use a store whose listings are complete right after a write.");
        }
    }

    private List<Integer> race(ObjectStore store, String key) throws IOException {
        CyclicBarrier start = new CyclicBarrier(writers);
        List<Callable<Boolean>> attempts = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            byte[] content = contentOf(writer).getBytes(StandardCharsets.UTF_8);
            attempts.add(() -> {
                start.await(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
                return store.createOnce(key, content);
            });
        }
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
            return winnersOf(threads.invokeAll(attempts));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while probing " + store);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause
                    ? cause
                    : new IOException("probing " + store + " failed", e);
        }
    }

    private static List<Integer> winnersOf(List<Future<Boolean>> answers)
            throws InterruptedException, ExecutionException {
        List<Integer> winners = new ArrayList<>();
        for (int writer = 0; writer < answers.size(); writer++) {
            if (answers.get(writer).get()) {
                winners.add(writer);
            }
        }
        return winners;
    }

    private static String contentOf(int writer) {
        return "writer " + writer;
    }

    private static String read(ObjectStore store, String key, String seen) throws IOException {
        try (RangedFile file = store.open(key)
                .orElseThrow(() -> new UnsafeStore("An object that was just created cannot be read, " + seen
                        + "; use a store that shows an object right after its write."))) {
            ByteBuffer content = ByteBuffer.allocate((int) Math.min(file.info().size(), 64));
            file.read(0, content);
            return new String(content.array(), StandardCharsets.UTF_8);
        }
    }

    /** A store that is fine but forbids deleting is still fine, so this only says that something stays behind. */
    private static void cleanUp(ObjectStore store, String folder) {
        try {
            for (ObjectInfo info : store.list(folder)) {
                store.delete(info.key());
            }
        } catch (IOException e) {
            LOG.warnf(e, "objects of the store probe stay behind: object=%s", folder);
        }
    }
}
