package dev.ingot.standalone.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void textStandsLeftAndNumbersStandRight() {
        List<String> lines = new Table("text", "base", "where")
                .row("general", "28.5", "here")
                .row("domain", "6053.3", "there")
                .lines();
        assertEquals(
                List.of("  text        base   where", "  general     28.5   here", "  domain    6053.3   there"),
                lines);
    }
}
