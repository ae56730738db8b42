package dev.ingot.dequant.kernel;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernel, once per process, by {@code ingot.dequant.kernel} (a system property) or {@code INGOT_DEQUANT_KERNEL}: {@code auto},
 * {@code plain} or {@code vector}. What is written does not depend on it.
 *
 * <p>{@code auto} begins with the plain kernel even where the vector kernel runs. C2 takes about a CPU second longer to compile vector code, and
 * a vector kernel saves about half a CPU second per 10^9 elements: below 2 * 10^9 a process never gets the time back, and when the disk is what it
 * waits for, not then either. So a process changes over, at the next tensor, when it has dequantized somewhat more than that: a service worker
 * gets there, and most commands end before.
 */
public final class FourBitKernels {
    /** Elements after which {@code auto} changes over. */
    static final long WORTHWHILE = 3_000_000_000L;

    private static final String PROPERTY = "ingot.dequant.kernel";
    private static final Logger LOG = Logger.getLogger(FourBitKernels.class);

    /** What may be asked for. */
    public enum Choice {
        AUTO,
        PLAIN,
        VECTOR
    }

    private static @Nullable FourBitKernels decided;

    private final boolean vector;
    private final long vectorFrom;
    private final LongAdder elements = new LongAdder();

    private FourBitKernels(boolean vector, long vectorFrom) {
        this.vector = vector;
        this.vectorFrom = vectorFrom;
    }

    /** A kernel of its own for every caller: it keeps buffers. IllegalArgumentException where the setting has an unknown value. */
    public static FourBitKernel of(FourBitLayout layout) {
        return ofThisProcess().make(layout);
    }

    /** Decided when the first kernel is made, so that a command without quantized weights pays nothing. */
    private static synchronized FourBitKernels ofThisProcess() {
        FourBitKernels kernels = decided;
        if (kernels == null) {
            kernels = decide(choice());
            decided = kernels;
        }
        return kernels;
    }

    /** The plain kernel, whatever the setting says. */
    public static FourBitKernel plain(FourBitLayout layout) {
        return new PlainFourBitKernel(layout);
    }

    /** The vector kernel, whatever the setting says; empty where this JVM cannot run it or it does not read this layout. */
    public static Optional<FourBitKernel> vector(FourBitLayout layout) {
        return VectorMachine.obstacle().isEmpty() && VectorFourBitKernel.suits(layout)
                ? Optional.of(new VectorFourBitKernel(layout))
                : Optional.empty();
    }

    private static Choice choice() {
        String environment = System.getenv("INGOT_DEQUANT_KERNEL");
        String text = System.getProperty(PROPERTY, environment == null ? "auto" : environment);
        try {
            return Choice.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PROPERTY + " is '" + text + "': expected auto, plain or vector", e);
        }
    }

    private static FourBitKernels decide(Choice choice) {
        if (choice == Choice.PLAIN) {
            LOG.info("4-bit kernel: plain, as configured");
            return new FourBitKernels(false, 0);
        }
        Optional<String> obstacle = VectorMachine.obstacle();
        if (obstacle.isPresent()) {
            // who asked for the other one hears of it even where nobody asked for a log
            Level level = choice == Choice.VECTOR ? Level.WARN : Level.INFO;
            LOG.logf(level, "4-bit kernel: plain, because %s", obstacle.get());
            return new FourBitKernels(false, 0);
        }
        if (choice == Choice.VECTOR) {
            LOG.infof("4-bit kernel: vector, %d bits, as configured", VectorWidth.BITS);
            return new FourBitKernels(true, 0);
        }
        LOG.infof(
                "4-bit kernel: plain, and from %d elements on vector, %d bits, because its compilation pays then"
                        + " (%s=vector takes it at once)",
                WORTHWHILE, VectorWidth.BITS, PROPERTY);
        return new FourBitKernels(true, WORTHWHILE);
    }

    private FourBitKernel make(FourBitLayout layout) {
        if (!vector || !VectorFourBitKernel.suits(layout)) {
            return new PlainFourBitKernel(layout);
        }
        return elements.sum() < vectorFrom
                ? new CountedKernel(new PlainFourBitKernel(layout), elements)
                : new VectorFourBitKernel(layout);
    }
}
