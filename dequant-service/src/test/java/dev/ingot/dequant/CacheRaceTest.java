package dev.ingot.dequant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.CacheKeys;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several runs on one base, each of which looked into the cache before any had filled it. */
@Timeout(60)
class CacheRaceTest {
    private static final int RUNS = 4;

    private final Sources sources = Sources.anyFolder();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void eachComputesAtMostOnceAndAllAgreeOnTheOneThatStays(CacheSweepTest.Kind kind) throws Exception {
        Meeting store = new Meeting(kind.make(folder));
        List<DequantizedShard> shards = raced(store);
        assertEquals(RUNS, store.uploads.get());
        assertEquals(1, shards.stream().map(DequantizedShard::object).distinct().count());
        assertEquals(1, shards.stream().filter(shard -> !shard.fromCache()).count());
        List<String> data = store.list(new CacheKeys("team").all()).stream()
                .map(ObjectInfo::key)
                .filter(new CacheKeys("team")::isData)
                .toList();
        assertEquals(List.of(shards.getFirst().object().key()), data);
        DequantizedShard later = dequantize(store, "later");
        assertTrue(later.fromCache());
        assertEquals(RUNS, store.uploads.get());
    }

    private List<DequantizedShard> raced(ObjectStore store) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(RUNS)) {
            List<Future<DequantizedShard>> running = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                String run = "run-" + i;
                running.add(threads.submit(() -> dequantize(store, run)));
            }
            List<DequantizedShard> shards = new ArrayList<>();
            for (Future<DequantizedShard> each : running) {
                shards.add(each.get());
            }
            return shards;
        }
    }

    private DequantizedShard dequantize(ObjectStore store, String run) throws Exception {
        Path oracle = Path.of("src/test/resources/oracle").toAbsolutePath();
        Plan plan = OraclePlan.of(run, sources.open(oracle.toString()), "four-bit.safetensors");
        TaskId task = new TaskId(plan.run(), StageName.DEQUANT, 1);
        Attempt attempt = new Attempt(task, 1, UUID.randomUUID().toString(), Progress.NONE);
        return new Dequantize(store, sources, new DequantConfig(1, 1 << 16)).dequantize(plan, 1, attempt);
    }

    /** Holds every upload back until all have begun and again until all are complete: nobody can have found another's shard. */
    private static final class Meeting implements ObjectStore {
        private final ObjectStore store;
        private final CyclicBarrier all = new CyclicBarrier(RUNS);
        private final AtomicInteger uploads = new AtomicInteger();

        Meeting(ObjectStore store) {
            this.store = store;
        }

        private void meet() throws IOException {
            try {
                all.await();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        @Override
        public ObjectUpload upload(String key) throws IOException {
            uploads.incrementAndGet();
            meet();
            ObjectUpload upload = store.upload(key);
            return new ObjectUpload() {
                @Override
                public void write(ByteBuffer bytes) throws IOException {
                    upload.write(bytes);
                }

                @Override
                public ObjectInfo complete() throws IOException {
                    ObjectInfo info = upload.complete();
                    meet();
                    return info;
                }

                @Override
                public void close() throws IOException {
                    upload.close();
                }
            };
        }

        @Override
        public Optional<RangedFile> open(String key) throws IOException {
            return store.open(key);
        }

        @Override
        public boolean createOnce(String key, byte[] content) throws IOException {
            return store.createOnce(key, content);
        }

        @Override
        public List<ObjectInfo> list(String prefix) throws IOException {
            return store.list(prefix);
        }

        @Override
        public void delete(String key) throws IOException {
            store.delete(key);
        }
    }
}
