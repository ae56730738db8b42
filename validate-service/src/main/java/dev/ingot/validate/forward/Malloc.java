package dev.ingot.validate.forward;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * How glibc's allocator treats what torch asks for. By its defaults it returns an array of some MiB to the system as soon as it is freed and zeroes fresh
 * pages for the next one, which takes a tenth of the forward pass; and once it has seen larger arrays it keeps free memory of twice their size on every
 * thread. Two fixed limits end both. Elsewhere than on glibc nothing is changed.
 */
final class Malloc {
    /** Parameters of mallopt(3). */
    private static final int TRIM_THRESHOLD = -1;

    private static final int MMAP_THRESHOLD = -3;

    /** Larger arrays come from the system and go back to it at once: those of one step of one window are smaller. */
    private static final int LARGE = 4 << 20;

    /** Free bytes that a thread's heap may keep at its end. */
    private static final int KEPT = 16 << 20;

    private Malloc() {}

    /** Sets both limits for this process; may be called again. */
    static void limit() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> mallopt = linker.defaultLookup().find("mallopt");
        if (mallopt.isEmpty()) {
            return;
        }
        FunctionDescriptor twoNumbers =
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        try {
            var set = linker.downcallHandle(mallopt.get(), twoNumbers);
            int done = (int) set.invokeExact(MMAP_THRESHOLD, LARGE) & (int) set.invokeExact(TRIM_THRESHOLD, KEPT);
            if (done == 0) {
                throw new IllegalStateException("mallopt refused a threshold of %d or %d bytes".formatted(LARGE, KEPT));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
