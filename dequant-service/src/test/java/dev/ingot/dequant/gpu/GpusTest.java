package dev.ingot.dequant.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.ingot.dequant.gpu.DeviceChoice.Wanted;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpusTest {
    @BeforeAll
    static void stayOffline() {
        System.setProperty("ai.djl.offline", "true");
    }

    @Test
    void theChoiceIsReadAsWritten() {
        assertEquals(new DeviceChoice(Wanted.AUTO, OptionalInt.empty()), DeviceChoice.parse("auto"));
        assertEquals(new DeviceChoice(Wanted.CPU, OptionalInt.empty()), DeviceChoice.parse("cpu"));
        assertEquals(new DeviceChoice(Wanted.GPU, OptionalInt.empty()), DeviceChoice.parse("gpu"));
        assertEquals(new DeviceChoice(Wanted.GPU, OptionalInt.of(3)), DeviceChoice.parse("gpu:3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GPU", "cuda", "gpu:", "gpu:-1", "cpu:0", "gpu:1000"})
    void anotherChoiceIsRefusedByName(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> DeviceChoice.parse(text))
                .getMessage();
        assertTrue(message.contains("ingot.dequant.device"), message);
    }

    @Test
    void theProcessorIsTakenWhenItIsAskedFor() {
        assertEquals(List.of(), Gpus.choose(DeviceChoice.parse("cpu")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "gpu", "gpu:7"})
    void withoutAGpuTheProcessorComputes(String choice) {
        assumeTrue(!CudaUtils.hasCuda(), "this machine has a GPU");
        assertEquals(List.of(), Gpus.choose(DeviceChoice.parse(choice)));
    }

    @Test
    void aDeviceThatGivesTheRightBytesHasNoFault() {
        assertEquals(Optional.empty(), Gpus.fault(Device.cpu()));
    }

    @Test
    void aDeviceThatIsNotThereHasAFault() {
        assumeTrue(!CudaUtils.hasCuda(), "this machine has a GPU");
        assertTrue(Gpus.fault(Device.gpu(0)).isPresent());
    }
}
