package dev.ingot.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.standalone.terminal.RecordedTerminal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class HelpTest {
    /** Of the narrowest help: two of a hundred columns stay empty. */
    private static final int WIDTH = 98;

    private static CommandLine root() {
        CommandLine root = new CommandLine(
                new IngotCommand(), new CommandFactory(RecordedTerminal.of(0).terminal()));
        Commands.add(root);
        return root;
    }

    static List<String> commands() {
        return List.copyOf(root().getSubcommands().keySet());
    }

    /** picocli breaks a longer line wherever it ends, also in the middle of a path. */
    @ParameterizedTest
    @MethodSource("commands")
    void noLineIsBrokenInTheMiddleOfAWord(String command) {
        var usage = root().getSubcommands().get(command).getCommandSpec().usageMessage();
        List<String> wide = Stream.of(usage.header(), usage.description())
                .flatMap(Arrays::stream)
                .flatMap(text -> text.formatted().lines())
                .filter(line -> line.length() > WIDTH)
                .toList();
        assertEquals(List.of(), wide);
    }

    @Test
    void norIsOneOfTheWholeProgram() {
        String[] header = root().getCommandSpec().usageMessage().header();
        assertTrue(Arrays.stream(header).allMatch(line -> line.length() <= WIDTH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"explain", "verify", "rebuild", "validate"})
    void whatDeliversNothingHasExitCodesOfItsOwn(String command) {
        var codes = root().getSubcommands()
                .get(command)
                .getCommandSpec()
                .usageMessage()
                .exitCodeList();
        assertFalse(codes.get("0").equals("delivered"), codes::toString);
    }
}
