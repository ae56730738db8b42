package dev.ingot.pipeline.event;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.event.Event.ShardPlanned;
import dev.ingot.pipeline.event.EventPort.Disposition;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every adapter of the event port keeps to. */
@Timeout(120)
public abstract class EventPortContract {
    protected static final RetryDelay SOON = new RetryDelay(Duration.ofMillis(10), Duration.ofMillis(50));

    private static final RunRef RUN = new RunRef("support", "run-7");
    private static final int PATIENCE = 60;

    private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
    private final List<EventPort> ports = new ArrayList<>();

    /** A port to the same events as every other of this test, as another process would have it. */
    protected abstract EventPort connect();

    /** What is kept with the dead letters, once there are {@code count}. */
    protected abstract List<DeadLetter> deadLetters(EventPort port, int count) throws Exception;

    /** Longer than an adapter holds a delivery for a worker that says nothing. */
    protected abstract Duration longerThanTheLock();

    @AfterEach
    void closePorts() {
        ports.forEach(EventPort::close);
    }

    private EventPort port() {
        EventPort port = connect();
        ports.add(port);
        return port;
    }

    @Test
    void twoWorkersShareTheWork() throws Exception {
        EventPort one = port();
        EventPort two = port();
        publish(one, 1, 20);
        one.work(ShardPlanned.class, 1, this::accept);
        two.work(ShardPlanned.class, 1, this::accept);

        List<Integer> shards = take(20);
        publish(one, 21, 21);

        assertEquals(
                IntStream.rangeClosed(1, 20).boxed().toList(),
                shards.stream().sorted().toList());
        assertEquals(List.of(21), take(1), "the next that is delivered is the next that was published");
    }

    @Test
    void aWorkerDoesOneAtATime() throws Exception {
        EventPort port = port();
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        publish(port, 1, 8);
        port.work(ShardPlanned.class, 1, event -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            handled.add(event.shard());
            atOnce.decrementAndGet();
            return Disposition.ACCEPT;
        });

        take(8);

        assertEquals(1, most.get());
    }

    @Test
    void releasedWorkComesAgain() throws Exception {
        EventPort port = port();
        AtomicInteger deliveries = new AtomicInteger();
        publish(port, 1, 1);
        port.work(ShardPlanned.class, 1, event -> {
            handled.add(event.shard());
            return deliveries.incrementAndGet() < 3 ? Disposition.RELEASE : Disposition.ACCEPT;
        });

        assertEquals(List.of(1, 1, 1), take(3));
    }

    @Test
    void workWhoseHandlerFailsComesAgain() throws Exception {
        EventPort port = port();
        AtomicInteger deliveries = new AtomicInteger();
        publish(port, 1, 1);
        port.work(ShardPlanned.class, 1, event -> {
            handled.add(event.shard());
            if (deliveries.incrementAndGet() == 1) {
                throw new IllegalStateException("thrown by the test");
            }
            return Disposition.ACCEPT;
        });

        assertEquals(List.of(1, 1), take(2));
    }

    @Test
    void rejectedWorkIsKeptAndNotDeliveredAgain() throws Exception {
        EventPort port = port();
        publish(port, 1, 2);
        port.work(ShardPlanned.class, 1, event -> {
            handled.add(event.shard());
            return event.shard() == 1 ? Disposition.REJECT : Disposition.ACCEPT;
        });

        assertEquals(List.of(1, 2), take(2));
        DeadLetter letter = deadLetters(port, 1).getFirst();
        assertEquals(1, ((ShardPlanned) letter.event()).shard());
        assertFalse(letter.reason().isEmpty());
    }

    @Test
    void workThatTakesLongStaysWithItsWorker() throws Exception {
        EventPort one = port();
        EventPort two = port();
        CountDownLatch never = new CountDownLatch(1);
        publish(one, 1, 1);
        EventPort.WorkHandler<ShardPlanned> slow = event -> {
            handled.add(event.shard());
            assertFalse(never.await(event.shard() == 1 ? longerThanTheLock().toMillis() : 0, MILLISECONDS));
            handled.add(-event.shard());
            return Disposition.ACCEPT;
        };
        one.work(ShardPlanned.class, 1, slow);
        two.work(ShardPlanned.class, 1, slow);

        assertEquals(List.of(1, -1), take(2));
        publish(one, 2, 2);
        assertEquals(List.of(2, -2), take(2));
    }

    @Test
    void workOfAClosedWorkerGoesToAnother() throws Exception {
        EventPort one = port();
        EventPort two = port();
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Boolean> stopped = new CompletableFuture<>();
        publish(one, 1, 1);
        EventPort.Subscription first = one.work(ShardPlanned.class, 1, event -> {
            handled.add(event.shard());
            try {
                never.await();
                return Disposition.ACCEPT;
            } catch (InterruptedException interrupted) {
                stopped.complete(true);
                throw interrupted;
            }
        });
        assertEquals(List.of(1), take(1));

        first.close();
        two.work(ShardPlanned.class, 1, this::accept);

        assertTrue(stopped.get(PATIENCE, SECONDS));
        assertEquals(List.of(1), take(1));
    }

    @Test
    void broadcastsReachEveryListenerInOrder() throws Exception {
        EventPort one = port();
        EventPort two = port();
        BlockingQueue<Long> atOne = new LinkedBlockingQueue<>();
        BlockingQueue<Long> atTwo = new LinkedBlockingQueue<>();
        one.listen(event -> atOne.add(((Event.RunProgressed) event).done()));
        two.listen(event -> atTwo.add(((Event.RunProgressed) event).done()));

        List<Long> sent = IntStream.range(0, 100).mapToObj(Long::valueOf).toList();
        sent.forEach(
                done -> one.publish(new Event.RunProgressed(header(), StageName.MERGE, 1, done, 100, "bytes", "")));

        assertEquals(sent, take(atOne, 100));
        assertEquals(sent, take(atTwo, 100));
    }

    @Test
    void aListenerHearsEveryKindOfBroadcast() throws Exception {
        EventPort port = port();
        BlockingQueue<Event> heard = new LinkedBlockingQueue<>();
        port.listen(heard::add);
        List<Event> sent = List.of(
                new Event.RunProgressed(header(), StageName.MERGE, 0, 1, 1, "bytes", ""),
                new Event.ModelPublished(header(), "support-llama", 1),
                new Event.RunRejected(header(), StageName.INGEST, "a.b", "c", "d"));

        sent.forEach(port::publish);

        assertEquals(Set.copyOf(sent), Set.copyOf(take(heard, 3)));
    }

    private Disposition accept(ShardPlanned event) {
        handled.add(event.shard());
        return Disposition.ACCEPT;
    }

    private List<Integer> take(int count) throws InterruptedException {
        return take(handled, count);
    }

    private static <T> List<T> take(BlockingQueue<T> queue, int count) throws InterruptedException {
        List<T> taken = new ArrayList<>();
        while (taken.size() < count) {
            T next = queue.poll(PATIENCE, SECONDS);
            if (next == null) {
                throw new AssertionError("expected " + count + " within " + PATIENCE + " s, found " + taken);
            }
            taken.add(next);
        }
        return taken;
    }

    private static void publish(EventPort port, int first, int last) {
        for (int shard = first; shard <= last; shard++) {
            port.publish(new ShardPlanned(header(), shard));
        }
    }

    private static EventHeader header() {
        return EventHeader.now(RUN, Clock.systemUTC());
    }
}
