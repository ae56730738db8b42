package dev.ingot.dequant.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

/**
 * Whether this JVM runs vector code as vector instructions. Where it does not, the Vector API still works, a thousand times slower and without a
 * word, so everything that is known to lead there is asked for first.
 */
final class VectorMachine {
    private static final String MODULE = "jdk.incubator.vector";
    private static final int C2 = 4;

    private VectorMachine() {}

    private static final class Found {
        static final Optional<String> OBSTACLE = find();
    }

    /** Why the vector kernel cannot run, as the end of a sentence; empty where it can. */
    static Optional<String> obstacle() {
        return Found.OBSTACLE;
    }

    private static Optional<String> find() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of("the module " + MODULE + " is not there (java --add-modules " + MODULE + " adds it)");
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return Optional.of("this machine is big-endian");
        }
        return compiler().or(VectorMachine::width).or(VectorMachine::selfTest);
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

    private static Optional<String> selfTest() {
        for (FourBitCode code : FourBitCode.values()) {
            for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
                FourBitLayout layout = new FourBitLayout(code, 64, false, dtype);
                byte[] plain = sample(new PlainFourBitKernel(layout));
                if (!Arrays.equals(plain, sample(new VectorFourBitKernel(layout)))) {
                    return Optional.of("it gave other bytes than the plain kernel for " + layout);
                }
            }
        }
        return Optional.empty();
    }

    /** 321 elements from the 37th on: parts of blocks at both ends, whole ones between, scales from zero to the largest. */
    private static byte[] sample(FourBitKernel kernel) {
        byte[] packed = new byte[162];
        new Random(1).nextBytes(packed);
        float[] absmax = {0.01f, 0, 3e-5f, Float.MIN_VALUE, 65504, Float.MAX_VALUE};
        byte[] into = new byte[2 * 321];
        kernel.bytes(packed, absmax, 37, MemorySegment.ofArray(into), 321);
        return into;
    }
}
