package dev.ingot.pipeline.vector;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Whether this JVM runs vector code as vector instructions. Where it does not, the Vector API still works, a thousand times slower and without a
 * word, so everything that is known to lead there is asked for first. Knows of no kernel: each compares its two forms itself, in a self-test.
 */
public final class VectorMachine {
    private static final String MODULE = "jdk.incubator.vector";
    private static final int C2 = 4;

    private VectorMachine() {}

    private static final class Found {
        static final Optional<String> OBSTACLE = find();
    }

    /** Why vector kernels cannot run, as the end of a sentence; empty where they can. */
    public static Optional<String> obstacle() {
        return Found.OBSTACLE;
    }

    /** How wide vectors are, in bits. Only where the module is there. */
    public static int bits() {
        return VectorWidth.BITS;
    }

    private static Optional<String> find() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of("the module " + MODULE + " is not there (java --add-modules " + MODULE + " adds it)");
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return Optional.of("this machine is big-endian");
        }
        return compiler().or(VectorMachine::width);
    }

    private static Optional<String> compiler() {
        String name = System.getProperty("java.vm.name", "");
        if (!name.contains("HotSpot") && !name.contains("OpenJDK")) {
            return Optional.of("only HotSpot is known to compile it; this is " + name);
        }
        if (System.getProperty("java.vm.info", "").contains("interpreted mode")) {
            return Optional.of("this JVM compiles nothing (-Xint)");
        }
        if (option("UseJVMCICompiler").equals("true")) {
            return Optional.of("only C2 is known to compile it (-XX:-UseJVMCICompiler)");
        }
        boolean c2 = option("TieredStopAtLevel").isEmpty() || Integer.parseInt(option("TieredStopAtLevel")) >= C2;
        return c2 ? Optional.empty() : Optional.of("this JVM runs without C2 (-XX:TieredStopAtLevel=4 brings it back)");
    }

    private static Optional<String> width() {
        return VectorWidth.BITS >= VectorWidth.NARROWEST
                ? Optional.empty()
                : Optional.of("vectors have %d bits here, and it needs %d (on x86: AVX2)"
                        .formatted(VectorWidth.BITS, VectorWidth.NARROWEST));
    }

    /** Empty where the JVM has no such option. */
    private static String option(String name) {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(name)
                    .getValue();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
