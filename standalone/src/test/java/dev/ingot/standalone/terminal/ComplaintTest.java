package dev.ingot.standalone.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComplaintTest {
    @Test
    void aRefusalSaysItsCodeWhatIsLeftTheDetailsAndWhatToDo() {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        RefusedInput refused = new RefusedInput(
                "adapter.unmatched-key",
                "14 of 560 adapter tensors fit no tensor of the base.\nfirst   a.b.c",
                "check --base");
        Complaint.of(refused).leaving("nothing was written").print(recorded.terminal());
        assertEquals(
                List.of(
                        "refused  adapter.unmatched-key: 14 of 560 adapter tensors fit no tensor of the base; nothing was written.",
                        "  first   a.b.c",
                        "  do      check --base"),
                recorded.errLines());
        assertEquals("", recorded.out());
    }

    @Test
    void whoseFaultItIsDecidesTheExitCode() {
        assertEquals(
                ExitCode.REFUSED,
                Complaint.of(new RefusedInput("a.b", "c", "d")).exit());
        assertEquals(ExitCode.DEPENDENCY, Complaint.of(new IOException("disk")).exit());
        assertEquals(
                ExitCode.DEPENDENCY,
                Complaint.of(new UncheckedIOException(new ConnectException("refused")))
                        .exit());
        assertEquals(
                ExitCode.OURS, Complaint.of(new IllegalStateException("oops")).exit());
    }

    @Test
    void aFaultOfOursSaysWhatToSendUs() {
        Complaint ours = Complaint.of(new IllegalStateException("oops"));
        assertTrue(ours.sentence().contains("IllegalStateException: oops"));
        assertTrue(ours.remedy().contains("--version"));
    }
}
