package dev.ingot.pipeline.report;

import java.util.Locale;

/**
 * How figures read to people, the same on pages, in the model card and on the command line: a thousands comma, a decimal point, a space before
 * the unit, and never more digits than mean something. Non-finite values are said in words.
 */
public final class NumberText {
    private static final String[] BYTE_UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

    private NumberText() {}

    /** {@code 4,111}. */
    public static String count(long value) {
        return format("%,d", value);
    }

    /** Four significant digits: {@code 6,053}, {@code 168.1}, {@code 28.53}; beyond a million {@code 1.2e7}. */
    public static String perplexity(double value) {
        if (isWordy(value)) {
            return words(value);
        }
        if (Math.abs(value) >= 1e6) {
            return scientific(value);
        }
        return format(value < 100 ? "%.2f" : value < 1000 ? "%.1f" : "%,.0f", value);
    }

    /** A quantity over many magnitudes, such as a divergence: {@code 1.7e-7}, {@code 3.21}, {@code 0}. */
    public static String magnitude(double value) {
        if (isWordy(value)) {
            return words(value);
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        return size >= 0.01 && size < 10_000 ? format("%.2f", value) : scientific(value);
    }

    /** A share of 1 as percent: {@code 99.95 %}; shares that only round to the whole are not shown as the whole. */
    public static String percent(double share) {
        if (isWordy(share)) {
            return words(share);
        }
        String text = format("%.2f", share * 100);
        if (text.equals("100.00") && share < 1) {
            return "99.99 %";
        }
        return text.replaceFirst("\\.?0+$", "") + " %";
    }

    /** A ratio such as a relative norm: {@code 0.41}, {@code 0.0031}. */
    public static String ratio(double value) {
        return isWordy(value)
                ? words(value)
                : value != 0 && Math.abs(value) < 0.01 ? magnitude(value) : format("%.2f", value);
    }

    /** Decimal units: {@code 412 bytes}, {@code 11.2 MB}, {@code 26.0 GB}. */
    public static String bytes(long value) {
        if (value < 1000) {
            return value == 1 ? "1 byte" : value + " bytes";
        }
        double scaled = value / 1000.0;
        int unit = 0;
        while (scaled >= 999.95 && unit < BYTE_UNITS.length - 1) {
            scaled /= 1000;
            unit++;
        }
        return format("%.1f %s", scaled, BYTE_UNITS[unit]);
    }

    /** {@code 0.21 s}, {@code 21.4 s}, {@code 2 min 03 s}, {@code 1 h 02 min}. */
    public static String seconds(double value) {
        if (isWordy(value)) {
            return words(value);
        }
        if (value < 59.95) {
            return format(value < 9.995 ? "%.2f s" : "%.1f s", value);
        }
        long whole = Math.round(value);
        return whole < 3600
                ? format("%d min %02d s", whole / 60, whole % 60)
                : format("%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    private static String scientific(double value) {
        String text = format("%.1e", value);
        int e = text.indexOf('e');
        String mantissa = text.substring(0, e);
        int exponent = Integer.parseInt(text.substring(e + 1));
        return (mantissa.endsWith(".0") ? mantissa.substring(0, mantissa.length() - 2) : mantissa) + "e" + exponent;
    }

    private static boolean isWordy(double value) {
        return !Double.isFinite(value);
    }

    private static String words(double value) {
        return Double.isNaN(value) ? "not a number" : value > 0 ? "infinite" : "minus infinite";
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
