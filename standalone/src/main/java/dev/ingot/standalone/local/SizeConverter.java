package dev.ingot.standalone.local;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them, in transformers' units: {@code 5GB} (decimal), {@code 512MiB} (binary), {@code 1000000}. */
public final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15}) ?(?:([kKMGT])(i?)B?|B)?");

    @Override
    public Long convert(String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size: expected something like 5GB or 512MiB");
        }
        long factor = 1;
        if (matcher.group(2) != null) {
            int power = "KMGT".indexOf(Character.toUpperCase(matcher.group(2).charAt(0))) + 1;
            long unit = matcher.group(3).isEmpty() ? 1000 : 1024;
            factor = Math.powExact(unit, power);
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is more than a file can hold");
        }
    }
}
