package dev.ingot.standalone;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** Options that take one of a few words: read in any case, listed as they are typed, with the likeliest one where a word is none of them. */
final class Words {
    private Words() {}

    /** The word for a constant. */
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Has every option of a command and its subcommands that takes an enum read so. */
    static void in(CommandLine command) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (option.type().isEnum() && option.converters().length == 0) {
                command.registerConverter(option.type(), converter(option.type()));
            }
        }
        command.getSubcommands().values().forEach(Words::in);
    }

    @SuppressWarnings("unchecked")
    private static <T> ITypeConverter<T> converter(Class<?> type) {
        List<Enum<?>> constants = Arrays.stream(type.getEnumConstants())
                .<Enum<?>>map(constant -> (Enum<?>) constant)
                .toList();
        return text -> (T) constants.stream()
                .filter(constant -> of(constant).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> none(text, constants.stream().map(Words::of).toList()));
    }

    /** What to say of a text that is none of the words. */
    static TypeConversionException none(String text, List<String> words) {
        String last = words.getLast();
        String listed = String.join(", ", words.subList(0, words.size() - 1)) + " or " + last;
        String meant = words.stream()
                .filter(word -> distance(word, text.toLowerCase(Locale.ROOT)) <= Math.max(1, word.length() / 3))
                .findFirst()
                .map(word -> " (did you mean " + word + "?)")
                .orElse("");
        return new TypeConversionException("expected %s, found '%s'%s".formatted(listed, text, meant));
    }

    /** Letters to insert, remove or replace to get from one word to another. */
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, at -> at);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
