package dev.ingot.bench.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Mutates sound checkpoints and adapters, and holds what becomes of each against what its mutation permits. Case n of a seed is the same on every machine,
 * whatever the number of threads.
 */
final class Fuzzer {
    /** Of the processor's time: a case takes about a millisecond, and a process that is stopped or starved does not hang. */
    static final long DEADLINE_NANOS = 20_000_000_000L;

    /** Whatever the processor did; nothing that is tried waits for anything. */
    private static final long LONGEST_WAIT = 30 * DEADLINE_NANOS;

    /** The largest subject has 0.4 MB; a header that claims 100 MB must not get them. */
    static final long MAX_BYTES = 64 << 20;

    private static final long IDLE = 0;

    private final List<Subject> subjects;
    private final Function<Subject, List<Mutator>> mutators;
    private final Map<String, Outcome> sound;
    private final long seed;
    private final Tally tally = new Tally();
    private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** @param sound what becomes of each subject unchanged */
    private Fuzzer(
            List<Subject> subjects, Map<String, Outcome> sound, Function<Subject, List<Mutator>> mutators, long seed) {
        this.subjects = subjects;
        this.sound = sound;
        this.mutators = mutators;
        this.seed = seed;
    }

    /** Over subjects that are accepted as they are, with all damage that there is; IllegalStateException names one that is not. */
    static Fuzzer over(List<Subject> subjects, long seed) {
        List<Mutator> models = Stream.of(
                        FileMutations.all(),
                        HeaderMutations.all(),
                        StateMutations.all(),
                        ValueMutations.all(),
                        JsonMutations.all(),
                        HarmlessMutations.all())
                .flatMap(List::stream)
                .toList();
        List<Mutator> containers = Stream.of(FileMutations.all(), ContainerMutations.all(""))
                .flatMap(List::stream)
                .toList();
        return over(subjects, subject -> subject.isContainer() ? containers : models, seed);
    }

    /** The same with the damage that a subject is to get. */
    static Fuzzer over(List<Subject> subjects, Function<Subject, List<Mutator>> mutators, long seed) {
        Map<String, Outcome> sound = new TreeMap<>();
        for (Subject subject : subjects) {
            Outcome outcome = Trial.of(subject);
            if (!(outcome instanceof Outcome.Accepted)) {
                throw new IllegalStateException(subject.name() + " is not accepted as it is: " + outcome);
            }
            sound.put(subject.name(), outcome);
        }
        return new Fuzzer(subjects, sound, mutators, seed);
    }

    int subjects() {
        return subjects.size();
    }

    /** Runs cases 0, 1, 2, … until {@code count} are done or the time is over; a case that hangs ends it. */
    Tally run(long count, long nanos, int threads) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        AtomicLong next = new AtomicLong();
        AtomicLongArray since = new AtomicLongArray(threads);
        AtomicLongArray used = new AtomicLongArray(threads);
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int worker = i;
            workers.add(Thread.ofPlatform().daemon().name("fuzz-" + i).start(() -> {
                for (long number = next.getAndIncrement();
                        number < count && System.nanoTime() < end;
                        number = next.getAndIncrement()) {
                    used.set(worker, memory.getCurrentThreadCpuTime());
                    since.set(worker, System.nanoTime());
                    one(number);
                    since.set(worker, IDLE);
                }
            }));
        }
        for (int i = 0; i < threads; i++) {
            while (!workers.get(i).join(Duration.ofMillis(200))) {
                long begun = since.get(i);
                long taken = memory.getThreadCpuTime(workers.get(i).threadId()) - used.get(i);
                long passed = System.nanoTime() - begun;
                if (begun != IDLE && passed > DEADLINE_NANOS && (taken > DEADLINE_NANOS || passed > LONGEST_WAIT)) {
                    tally.add(new Finding(next.get() - 1, "?", "hang", stack(workers.get(i))));
                    return tally;
                }
            }
        }
        return tally;
    }

    private static String stack(Thread thread) {
        StringBuilder text = new StringBuilder("over the deadline in");
        Stream.of(thread.getStackTrace())
                .limit(12)
                .forEach(frame -> text.append(' ').append(frame));
        return text.toString();
    }

    /** One case; also the way to look at a single one again. */
    Outcome one(long number) {
        Mutation mutation = mutation(number);
        long started = System.nanoTime();
        long before = memory.getCurrentThreadAllocatedBytes();
        Outcome outcome = Trial.of(mutation.subject());
        long bytes = memory.getCurrentThreadAllocatedBytes() - before;
        tally.add(mutation, word(outcome), System.nanoTime() - started, bytes);
        complaint(mutation, outcome, bytes)
                .ifPresent(
                        what -> tally.add(new Finding(number, mutation.subject().name(), mutation.kind(), what)));
        return outcome;
    }

    /** The mutation of a case. */
    Mutation mutation(long number) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
        while (true) {
            Subject subject = subjects.get(random.nextInt(subjects.size()));
            List<Mutator> fitting = mutators.apply(subject);
            Optional<Mutation> mutation =
                    fitting.get(random.nextInt(fitting.size())).apply(subject, random);
            if (mutation.isPresent()) {
                return mutation.get();
            }
        }
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Accepted accepted -> "accepted";
            case Outcome.Refused refused -> refused.code();
            case Outcome.Broken broken -> "BROKEN";
        };
    }

    /** What is wrong with an outcome, if anything. */
    Optional<String> complaint(Mutation mutation, Outcome outcome, long bytes) {
        if (bytes > MAX_BYTES) {
            return Optional.of("asked for " + bytes + " bytes of memory");
        }
        if (outcome instanceof Outcome.Broken broken) {
            return Optional.of(broken.what());
        }
        return switch (mutation.expectation()) {
            case REFUSED ->
                outcome instanceof Outcome.Accepted ? Optional.of("accepted, but has to be refused") : Optional.empty();
            case SAME ->
                outcome.equals(sound.get(mutation.subject().name()))
                        ? Optional.empty()
                        : Optional.of("is not what comes of it unchanged: " + outcome);
            case EITHER -> Optional.empty();
        };
    }
}
