package dev.ingot.standalone.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBoardTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(1);

    private ProgressBoard board(RecordedTerminal recorded) {
        return new ProgressBoard(recorded.terminal(), List.of("ingest", "dequant", "merge"), now::get);
    }

    @Test
    void withoutATerminalAStageIsOneLineWithItsTime() {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        ProgressBoard board = board(recorded);
        board.at("ingest", 0, 0, 0, "tensors", "reading headers");
        now.addAndGet(SECOND / 2);
        board.ended("ingest", "282 tensors, all accounted for");
        assertEquals(1, recorded.errLines().size());
        assertTrue(recorded.err().startsWith("ingest     282 tensors, all accounted for"), recorded.err());
        assertTrue(recorded.err().endsWith(" 0.5 s\n"), recorded.err());
        assertFalse(recorded.err().contains("\u001b"));
    }

    @Test
    void withoutATerminalALongStageSpeaksEveryTenSeconds() {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        ProgressBoard board = board(recorded);
        for (int second = 0; second < 25; second++) {
            board.at("merge", 1, second * 1_000_000_000L, 25_000_000_000L, "bytes", "280 modules");
            now.addAndGet(SECOND);
        }
        assertEquals(2, recorded.errLines().size());
        assertTrue(recorded.errLines().getFirst().contains("10.0 / 25.0 GB   1.0 GB/s   15 s left"), recorded.err());
    }

    @Test
    void withoutATerminalNoLineIsSaidTwiceInARow() {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        ProgressBoard board = board(recorded);
        for (int second = 0; second < 45; second++) {
            board.at("dequant", 0, 0, 0, "", "NF4 → float16, while merging");
            now.addAndGet(SECOND);
        }
        assertEquals(List.of("dequant    NF4 → float16, while merging"), recorded.errLines());
    }

    @Test
    void withoutATerminalAnHourIsALineAMinute() {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        ProgressBoard board = board(recorded);
        for (int second = 0; second < 3600; second++) {
            board.at("merge", 1, second, 3600, "bytes", "280 modules");
            now.addAndGet(SECOND);
        }
        assertTrue(recorded.errLines().size() < 70, recorded.errLines().size() + " lines");
    }

    @Test
    void onATerminalRowsAreDrawnInPlace() {
        RecordedTerminal recorded = RecordedTerminal.of(120);
        ProgressBoard board = board(recorded);
        board.ended("ingest", "ready");
        now.addAndGet(SECOND);
        board.at("dequant", 1, 1, 4, "bytes", "NF4");
        now.addAndGet(SECOND);
        board.at("dequant", 1, 2, 4, "bytes", "");
        String last = recorded.err().substring(recorded.err().lastIndexOf("\u001b[2A"));
        assertTrue(last.contains("NF4"), last);
        assertTrue(last.contains("████████░░░░░░░░  2 / 4 B"), last);
    }

    @Test
    void shardsOfAStageAddUp() {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        ProgressBoard board = board(recorded);
        board.at("merge", 1, 500, 1000, "bytes", "");
        now.addAndGet(11 * SECOND);
        board.at("merge", 2, 250, 1000, "bytes", "");
        assertTrue(recorded.err().contains("0.8 / 2.0 kB"), recorded.err());
    }

    @Test
    void aRowIsNeverWiderThanTheTerminal() {
        RecordedTerminal recorded = RecordedTerminal.of(40);
        ProgressBoard board = board(recorded);
        board.ended("ingest", "a very long note that goes on and on and on and does not fit at all");
        String row = recorded.err().replaceAll("\u001b\\[[0-9]*[A-Z]|\r|\n", "");
        assertTrue(row.length() < 40, row);
        assertTrue(row.contains("…"), row);
    }

    @Test
    void nothingIsShownAfterTheBoardIsClosed() {
        RecordedTerminal recorded = RecordedTerminal.of(0);
        ProgressBoard board = board(recorded);
        board.close();
        board.ended("ingest", "late");
        assertEquals("", recorded.err());
    }
}
