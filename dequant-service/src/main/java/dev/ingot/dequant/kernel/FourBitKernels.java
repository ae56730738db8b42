package dev.ingot.dequant.kernel;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Chooses the kernel, once per process, by {@code ingot.dequant.kernel} (a system property) or {@code INGOT_DEQUANT_KERNEL}: {@code auto},
 * {@code plain} or {@code vector}. What is written does not depend on it.
 *
 * <p>{@code auto} begins with the plain kernel even where the vector kernel runs: C2 takes some CPU seconds to compile vector code, which a run
 * over a small model never gets back. Once a process has dequantized as much as it takes to get them back, further tensors go to the vector
 * kernel: a service worker gets there, and most commands end before.
 */
public final class FourBitKernels {
    /** Where {@code auto} changes over: about what the compilation costs (2 CPU seconds), divided by what an element then saves. */
    static final long WORTHWHILE = 6_000_000_000L;

    private static final String PROPERTY = "ingot.dequant.kernel";
    private static final Logger LOG = Logger.getLogger(FourBitKernels.class);

    /** What may be asked for. */
    public enum Choice {
        AUTO,
        PLAIN,
        VECTOR
    }

    /** Decided when the first kernel is made, so that a command without quantized weights pays nothing. */
    private static final class OfThisProcess {
        static final FourBitKernels KERNELS = decide(choice());
    }

    private final boolean vector;
    private final long vectorFrom;
    private final LongAdder elements = new LongAdder();

    private FourBitKernels(boolean vector, long vectorFrom) {
        this.vector = vector;
        this.vectorFrom = vectorFrom;
    }

    /** A kernel of its own for every caller: it keeps buffers. IllegalArgumentException where the setting has an unknown value. */
    public static FourBitKernel of(FourBitLayout layout) {
        return OfThisProcess.KERNELS.make(layout);
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
            LOG.infof("4-bit kernel: plain, because %s", obstacle.get());
            return new FourBitKernels(false, 0);
        }
        long from = choice == Choice.VECTOR ? 0 : WORTHWHILE;
        LOG.infof("4-bit kernel: vector, %d bits, from %d elements on; plain before", VectorWidth.BITS, from);
        return new FourBitKernels(true, from);
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
