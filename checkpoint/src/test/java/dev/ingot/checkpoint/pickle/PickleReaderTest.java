package dev.ingot.checkpoint.pickle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.pickle.PickleValue.Bool;
import dev.ingot.checkpoint.pickle.PickleValue.Bytes;
import dev.ingot.checkpoint.pickle.PickleValue.Decimal;
import dev.ingot.checkpoint.pickle.PickleValue.Large;
import dev.ingot.checkpoint.pickle.PickleValue.Text;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class PickleReaderTest {
    /** Characters of ISO 8859-1 are bytes. */
    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static PickleValue read(byte[] pickle) throws IOException {
        try (RangedFile file = MemoryFiles.of("x.bin", pickle).open("x.bin").orElseThrow()) {
            return PickleReader.read(new PickleInput(file, 0, pickle.length));
        }
    }

    static Stream<Arguments> scalars() {
        return Stream.of(
                Arguments.of("I7\n.", new Whole(7)),
                Arguments.of("I01\n.", new Bool(true)),
                Arguments.of("L-5L\n.", new Whole(-5)),
                Arguments.of("J\u00ff\u00ff\u00ff\u00ff.", new Whole(-1)),
                Arguments.of("K\u00ff.", new Whole(255)),
                Arguments.of("M\u0001\u0002.", new Whole(513)),
                Arguments.of("\u008a\u0000.", new Whole(0)),
                Arguments.of("\u008a\u0001\u00fe.", new Whole(-2)),
                Arguments.of(
                        "\u008a\u0009\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0001.",
                        new Large(BigInteger.ONE.shiftLeft(64))),
                Arguments.of("F2.5\n.", new Decimal(2.5)),
                Arguments.of("G\u0040\u0004\u0000\u0000\u0000\u0000\u0000\u0000.", new Decimal(2.5)),
                Arguments.of("S'a b'\n.", new Text("a b")),
                Arguments.of("U\u0002hi.", new Text("hi")),
                Arguments.of("U\u0001\u00ff.", new Bytes(1)),
                Arguments.of("\u008c\u0002\u00c3\u00bc.", new Text("ü")),
                Arguments.of("Vx\n.", new Text("x")),
                Arguments.of("C\u0003abc.", new Bytes(3)));
    }

    @ParameterizedTest
    @MethodSource("scalars")
    void aScalarOfAnyProtocolIsItsValue(String pickle, PickleValue expected) throws IOException {
        assertEquals(expected, read(bytes(pickle)));
    }

    @Test
    void whatPythonWouldCallStaysACall() throws IOException {
        PickleObject object = assertInstanceOf(
                PickleObject.class, read(bytes("\u0080\u0002cmy.module\nThing\n)R}U\u0001aK\u0001sb.")));
        assertEquals("my.module.Thing", object.className());
        assertEquals(new Whole(1), object.member("a").orElseThrow());
    }

    @Test
    void aDictKeepsTheLastValueOfAKey() throws IOException {
        PickleMapping mapping =
                assertInstanceOf(PickleMapping.class, read(bytes("}(U\u0001aK\u0001U\u0001aK\u0002u.")));
        assertEquals(new Whole(2), mapping.get("a").orElseThrow());
    }

    @Test
    void aListThatHoldsItselfIsRead() throws IOException {
        PickleSequence list = assertInstanceOf(PickleSequence.class, read(bytes("]q\u0000h\u0000a.")));
        assertEquals(list, list.get(0));
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
                Arguments.of("cos\nsystem\n(U\u0002idtR.", "dangerous"),
                Arguments.of("cposix\nsystem\n.", "dangerous"),
                Arguments.of("c__builtin__\neval\n.", "dangerous"),
                Arguments.of("cbuiltins\nexec\n.", "dangerous"),
                Arguments.of("csubprocess\nPopen\n.", "dangerous"),
                Arguments.of("\u008c\u0009importlib\u008c\rimport_module\u0093.", "dangerous"),
                Arguments.of("(U\u0002idios\nsystem\n.", "dangerous"),
                Arguments.of("(cos\nsystem\nU\u0002ido.", "dangerous"),
                Arguments.of("\u0082\u0001.", "opcode"),
                Arguments.of("\u0097.", "opcode"),
                Arguments.of("\u00ff.", "opcode"),
                Arguments.of("\u0080\u0006N.", "protocol"),
                Arguments.of("R.", "stack"),
                Arguments.of("t.", "stack"),
                Arguments.of("(.", "stack"),
                Arguments.of("NN.", "stack"),
                Arguments.of("(N(.", "stack"),
                Arguments.of("N(0b.", "stack"),
                Arguments.of("NNa.", "stack"),
                Arguments.of("}(Nu.", "stack"),
                Arguments.of("K\u0001K\u0002\u0093.", "stack"),
                Arguments.of("h\u0000.", "memo"),
                Arguments.of("g-1\n.", "memo"),
                Arguments.of("X\u00ff\u00ff\u00ff\u007fabc.", "truncated"),
                Arguments.of("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffabc.", "truncated"),
                Arguments.of("B\u00ff\u00ff\u00ff\u00ffabc.", "truncated"),
                Arguments.of("\u008b\u00ff\u00ff\u00ff\u00ff.", "truncated"),
                Arguments.of("\u008b\u00ff\u00ff\u00ff\u007f.", "truncated"),
                Arguments.of("\u008a\u00f0" + "\u0001".repeat(240) + ".", "too-large"),
                Arguments.of("L" + "9".repeat(3000) + "L\n.", "too-large"),
                Arguments.of("S'" + "9".repeat(9000) + "'\n.", "too-large"),
                Arguments.of("Iabc\n.", "number"),
                Arguments.of("Fabc\n.", "number"),
                Arguments.of("Sabc\n.", "text"),
                Arguments.of("X\u0001\u0000\u0000\u0000\u00ff.", "text"),
                Arguments.of("(".repeat(2000) + ".", "nesting"),
                Arguments.of(")" + "\u0085".repeat(5000) + ".", "nesting"),
                Arguments.of("]" + "]".repeat(5000) + "a".repeat(5000) + ".", "nesting"),
                Arguments.of(")" + "2\u0086".repeat(190) + ".", "expansion"),
                Arguments.of("]" + "q\u0000(" + "h\u0000".repeat(10) + "t(" + "", "truncated"));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void anAttackIsRefusedWithItsCode(String pickle, String code) {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> read(bytes(pickle)));
        assertEquals("pickle." + code, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains("x.bin"), refused.getMessage());
    }

    @Test
    void aBillionLaughsOverTheMemoAreRefusedAfterSomeHundredBytes() throws IOException {
        ByteArrayOutputStream laughs = new ByteArrayOutputStream();
        laughs.write(bytes("U\u0003lolq\u0000"));
        for (int level = 0; level < 12; level++) {
            laughs.write('(');
            for (int i = 0; i < 10; i++) {
                laughs.write(new byte[] {'h', (byte) level});
            }
            laughs.write(new byte[] {'t', 'q', (byte) (level + 1)});
        }
        laughs.write('.');
        RefusedInput refused = assertThrows(RefusedInput.class, () -> read(laughs.toByteArray()));
        assertEquals("pickle.expansion", refused.code());
    }

    @Test
    void aMemoOfMillionsIsRefusedBeforeItsMemoryIsTaken() {
        byte[] bomb = new byte[1 + 5 * 8_000_000];
        Arrays.fill(bomb, (byte) 'r');
        bomb[0] = 'N';
        for (int i = 0; i < 8_000_000; i++) {
            int at = 1 + 5 * i;
            for (int b = 0; b < 4; b++) {
                bomb[at + 1 + b] = (byte) (i >> (8 * b));
            }
        }
        assertEquals(
                "pickle.too-large",
                assertThrows(RefusedInput.class, () -> read(bomb)).code());
    }

    @Test
    void millionsOfEmptyListsAreRefused() {
        byte[] bomb = new byte[8_000_000];
        Arrays.fill(bomb, (byte) ']');
        assertEquals(
                "pickle.too-large",
                assertThrows(RefusedInput.class, () -> read(bomb)).code());
    }

    static Stream<Arguments> bombs() {
        return Stream.of(
                Arguments.of("lists", "]", 20_000_000),
                Arguments.of("dicts", "}", 20_000_000),
                Arguments.of("sets", "\u008f", 20_000_000),
                Arguments.of("numbers", "K\u0001", 10_000_000),
                Arguments.of("large numbers", "\u008a\u0010" + "\u0001".repeat(16), 2_000_000),
                Arguments.of("floats", "G" + "\u0001".repeat(8), 3_000_000),
                Arguments.of("short texts", "U\u0001a", 10_000_000),
                Arguments.of("texts of 1 KB", "X\u0000\u0004\u0000\u0000" + "a".repeat(1024), 40_000),
                Arguments.of("bytes of 1 KB", "B\u0000\u0004\u0000\u0000" + "a".repeat(1024), 40_000),
                Arguments.of("tuples of one", "K\u0001\u0085", 5_000_000),
                Arguments.of("put aside again and again", "K\u0001\u0094", 5_000_000),
                Arguments.of("marks", "(", 5_000_000),
                Arguments.of("classes", "ca\nb\n", 2_500_000),
                Arguments.of("calls", "ca\nb\n)R", 2_000_000),
                Arguments.of("members", "}U\u0001aK\u0001s", 2_000_000));
    }

    /** Allocated in all, garbage with it: four times the cap at most, so that the cap's own estimate of what lives is not far off. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void noBombTakesMuchMoreMemoryThanTheCap(String what, String piece, int times) {
        byte[] one = bytes(piece);
        byte[] bomb = new byte[one.length * times + 1];
        for (int i = 0; i + 1 < bomb.length; i++) {
            bomb[i] = one[i % one.length];
        }
        bomb[bomb.length - 1] = '.';
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        RefusedInput refused = assertThrows(RefusedInput.class, () -> read(bomb), what);
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(refused.code().startsWith("pickle."), refused.code());
        assertTrue(taken < 4 * PickleLimits.MEMORY, () -> "%s: %d MB".formatted(refused.code(), taken >> 20));
    }

    @ParameterizedTest
    @MethodSource("scalars")
    void aPickleCutAnywhereIsRefused(String pickle, PickleValue expected) {
        byte[] whole = bytes(pickle);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            RefusedInput refused = assertThrows(RefusedInput.class, () -> read(cut), expected.described());
            assertEquals("pickle.truncated", refused.code());
        }
    }
}
