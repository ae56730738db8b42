package dev.ingot.pipeline.vector;

import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/**
 * Which form of a kernel runs in this process.
 *
 * @param from how much the plain kernel does before the vector kernel takes over: 0 for the vector kernel at once, {@link #NEVER} for the plain one
 */
public record KernelDecision(long from) {
    public static final long NEVER = Long.MAX_VALUE;

    private static final Logger LOG = Logger.getLogger(KernelDecision.class);

    public KernelDecision {
        if (from < 0) {
            throw new IllegalArgumentException("nothing takes over after " + from);
        }
    }

    /** What is decided about. */
    public record Kernel(String name, String property, long worthwhile, String unit) {
        /**
         * @param property the setting, as {@link KernelChoice#of} reads it
         * @param worthwhile how much a process has to do before compiling the vector form has paid
         * @param unit that this is counted in
         */
        public Kernel {
            if (worthwhile < 1) {
                throw new IllegalArgumentException("expected an amount of " + unit + ", found " + worthwhile);
            }
        }
    }

    /**
     * Decides, and says so in one line of the log. RefusedInput {@code setting.kernel}.
     *
     * @param selfTest compares the vector form with the plain one: empty, or how it differs, as the end of a sentence; asked only where the machine
     *     runs vector code
     */
    public static KernelDecision of(Kernel kernel, Supplier<Optional<String>> selfTest) {
        KernelChoice choice = KernelChoice.of(kernel.property());
        if (choice == KernelChoice.PLAIN) {
            LOG.infof("%s kernel: plain, as configured", kernel.name());
            return new KernelDecision(NEVER);
        }
        Optional<String> obstacle = VectorMachine.obstacle().or(selfTest);
        if (obstacle.isPresent()) {
            // who asked for the other one hears of it even where nobody asked for a log
            Level level = choice == KernelChoice.VECTOR ? Level.WARN : Level.INFO;
            LOG.logf(level, "%s kernel: plain, because %s", kernel.name(), obstacle.get());
            return new KernelDecision(NEVER);
        }
        if (choice == KernelChoice.VECTOR) {
            LOG.infof("%s kernel: vector, %d bits, as configured", kernel.name(), VectorMachine.bits());
            return new KernelDecision(0);
        }
        LOG.infof(
                "%s kernel: plain, and from %d %s on vector, %d bits, because its compilation pays then (%s=vector takes it at once)",
                kernel.name(), kernel.worthwhile(), kernel.unit(), VectorMachine.bits(), kernel.property());
        return new KernelDecision(kernel.worthwhile());
    }
}
