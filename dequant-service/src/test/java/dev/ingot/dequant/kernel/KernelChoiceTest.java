package dev.ingot.dequant.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.vector.VectorMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which kernel runs, asked in JVMs of their own. */
class KernelChoiceTest {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";

    /** What a child runs: prints the class of the kernel that it was given. */
    static final class Child {
        public static void main(String[] arguments) {
            FourBitLayout layout = new FourBitLayout(FourBitCode.NF4, 64, false, DType.F16);
            FourBitKernels.of(layout);
            System.out.println(FourBitKernels.of(layout).getClass().getSimpleName());
            System.out.println(
                    VectorMachine.obstacle().or(FourBitKernels::selfTest).orElse("no obstacle"));
        }
    }

    @Test
    void withoutTheModuleThePlainKernelRunsAndTheFlagIsNamed() throws Exception {
        String said = run("-Dingot.dequant.kernel=vector");
        assertTrue(said.contains("PlainFourBitKernel"), said);
        assertTrue(said.contains("java --add-modules jdk.incubator.vector"), said);
    }

    @Test
    void c1AloneIsAnObstacle() throws Exception {
        String said = run(MODULE, "-XX:TieredStopAtLevel=1", "-Dingot.dequant.kernel=vector");
        assertTrue(said.contains("PlainFourBitKernel"), said);
        assertTrue(said.contains("without C2"), said);
    }

    @Test
    void narrowVectorsAreAnObstacle() throws Exception {
        String said = run(MODULE, "-Dingot.kernel.bits=128", "-Dingot.dequant.kernel=vector");
        assertTrue(said.contains("PlainFourBitKernel"), said);
        assertTrue(said.contains("vectors have 128 bits here"), said);
    }

    /** Also shows that 512-bit code gives the right bytes where the machine has 256: the self-test compares. */
    @Test
    void theVectorKernelRunsWhereItIsAskedForAndPassesItsSelfTestAtEitherWidth() throws Exception {
        for (String bits : List.of("256", "512")) {
            String said = run(MODULE, "-Dingot.kernel.bits=" + bits, "-Dingot.dequant.kernel=vector");
            assertTrue(said.contains("VectorFourBitKernel"), said);
            assertTrue(said.contains("no obstacle"), said);
        }
    }

    @Test
    void autoBeginsPlainAndCountsAndSaysSoOnce() throws Exception {
        String said = run(MODULE, "-Dingot.kernel.bits=256");
        assertTrue(said.contains("CountedKernel"), said);
        assertEquals(2, said.split("4-bit kernel: plain, and from 3000000000 elements on vector", -1).length, said);
    }

    @Test
    void anUnknownSettingIsAnErrorThatNamesTheChoices() throws Exception {
        String said = run("-Dingot.dequant.kernel=fast");
        assertTrue(said.contains("expected auto, plain or vector"), said);
    }

    private static String run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-Dorg.jboss.logging.provider=jdk"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the child still runs");
        return said;
    }
}
