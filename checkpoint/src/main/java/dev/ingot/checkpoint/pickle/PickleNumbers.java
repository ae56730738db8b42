package dev.ingot.checkpoint.pickle;

import dev.ingot.checkpoint.pickle.PickleValue.Bool;
import dev.ingot.checkpoint.pickle.PickleValue.Decimal;
import dev.ingot.checkpoint.pickle.PickleValue.Large;
import dev.ingot.checkpoint.pickle.PickleValue.Whole;
import java.io.IOException;
import java.math.BigInteger;

/** The ways in which pickles write numbers. */
record PickleNumbers(PickleInput input) {

    /** {@code INT} and {@code LONG} of the text protocol: decimal digits, {@code 00} and {@code 01} for truth values. */
    PickleValue ofLine(boolean truthValues) throws IOException {
        String line = input.line();
        if (truthValues && (line.equals("00") || line.equals("01"))) {
            return new Bool(line.equals("01"));
        }
        String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
        if (digits.length() > 2 * PickleLimits.INTEGER) {
            throw input.refuse("too-large", "a number has %d digits".formatted(digits.length()));
        }
        try {
            return of(new BigInteger(digits));
        } catch (NumberFormatException e) {
            throw input.refuse("number", "a line that should be a number is none");
        }
    }

    /** A little-endian two's complement number of so many bytes. */
    PickleValue ofBytes(long length) throws IOException {
        byte[] content = input.bytes(length, PickleLimits.INTEGER);
        for (int i = 0; i < content.length / 2; i++) {
            byte other = content[content.length - 1 - i];
            content[content.length - 1 - i] = content[i];
            content[i] = other;
        }
        return content.length == 0 ? new Whole(0) : of(new BigInteger(content));
    }

    PickleValue ofFloatLine() throws IOException {
        try {
            return new Decimal(Double.parseDouble(input.line()));
        } catch (NumberFormatException e) {
            throw input.refuse("number", "a line that should be a number is none");
        }
    }

    private static PickleValue of(BigInteger value) {
        return value.bitLength() < Long.SIZE ? new Whole(value.longValue()) : new Large(value);
    }
}
