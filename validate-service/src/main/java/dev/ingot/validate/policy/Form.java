package dev.ingot.validate.policy;

import dev.ingot.validate.gate.GateName;
import java.util.Arrays;
import java.util.List;

/** What a value may be, as text. */
enum Form {
    POSITIVE("a number of at least 0") {
        @Override
        boolean fits(String text) {
            return number(text) >= 0;
        }
    },
    SHARE("a number from 0 to 1") {
        @Override
        boolean fits(String text) {
            return number(text) >= 0 && number(text) <= 1;
        }
    },
    LIMIT("a number above 0, or off") {
        @Override
        boolean fits(String text) {
            return isOff(text) || number(text) > 0;
        }
    },
    COUNT("a whole number from 1 to 1000000000") {
        @Override
        boolean fits(String text) {
            return text.matches("[1-9][0-9]{0,8}|1000000000");
        }
    },
    CHOICE("publish or refuse") {
        @Override
        boolean fits(String text) {
            return text.equals("publish") || text.equals("refuse");
        }
    },
    REMEASURED("measure or refuse") {
        @Override
        boolean fits(String text) {
            return text.equals("measure") || text.equals("refuse");
        }
    },
    ALIAS("the name of an alias (up to 64 of a-z, 0-9, '.', '_' and '-'), or off") {
        @Override
        boolean fits(String text) {
            return text.matches("[a-z0-9][a-z0-9._-]{0,63}");
        }
    },
    PLACE("a URI that begins with file: or s3:, or off") {
        @Override
        boolean fits(String text) {
            return isOff(text) || text.matches("(file|s3):.+");
        }
    },
    GATES("a list of " + String.join(", ", GateName.ids())) {
        @Override
        boolean fits(String text) {
            return GateName.ids().containsAll(items(text));
        }
    };

    private final String expected;

    Form(String expected) {
        this.expected = expected;
    }

    abstract boolean fits(String text);

    /** For people. */
    String expected() {
        return expected;
    }

    static boolean isOff(String text) {
        return text.equals("off");
    }

    /** The items of a list as a policy writes it in one line. */
    static List<String> items(String text) {
        String inner = text.substring(1, text.length() - 1).strip();
        return inner.isEmpty()
                ? List.of()
                : Arrays.stream(inner.split(",")).map(String::strip).toList();
    }

    /** NaN for what is none: no comparison with it holds. */
    private static double number(String text) {
        try {
            double number = Double.parseDouble(text);
            return text.matches("[0-9.eE+-]+") && Double.isFinite(number) ? number : Double.NaN;
        } catch (NumberFormatException none) {
            return Double.NaN;
        }
    }
}
