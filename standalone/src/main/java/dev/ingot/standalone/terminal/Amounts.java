package dev.ingot.standalone.terminal;

import java.util.Locale;

/** Numbers as a person reads them: decimal units, few digits, the same in every locale. */
public final class Amounts {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Amounts() {}

    /** {@code 26.0 GB}, {@code 812 B}. */
    public static String bytes(long bytes) {
        int unit = unitOf(bytes);
        return number(bytes, unit) + " " + UNITS[unit];
    }

    /** {@code 18.2 / 26.0 GB}: both in the unit of the total. */
    public static String bytesOf(long done, long total) {
        int unit = unitOf(total);
        return number(done, unit) + " / " + number(total, unit) + " " + UNITS[unit];
    }

    private static int unitOf(long bytes) {
        int unit = 0;
        for (double rest = bytes; rest >= 999.95 && unit < UNITS.length - 1; rest /= 1000) {
            unit++;
        }
        return unit;
    }

    private static String number(long bytes, int unit) {
        return unit == 0 ? Long.toString(bytes) : format("%.1f", bytes / Math.pow(1000, unit));
    }

    /** {@code 21.4 s}, {@code 3 min 20 s}, {@code 2 h 05 min}. */
    public static String seconds(double seconds) {
        if (seconds < 59.95) {
            return format("%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? format("%d min %02d s", whole / 60, whole % 60)
                : format("%d h %02d min", whole / 3600, whole / 60 % 60);
    }

    /** A perplexity with the digits that matter: {@code 5.47}, {@code 30.9}, {@code 530.4}. */
    public static String perplexity(double value) {
        return format(value < 10 ? "%.2f" : "%.1f", value);
    }

    /** A small figure by its magnitude: {@code 2e-7}, {@code 0.013}; 0 as {@code 0}. */
    public static String small(double value) {
        if (value == 0) {
            return "0";
        }
        if (Math.abs(value) >= 0.001) {
            return format("%.3g", value);
        }
        return format("%.0e", value).replaceFirst("e-0", "e-");
    }

    /** A share of one as per cent, never rounded up to all: {@code 99.9 %}. */
    public static String percent(double share) {
        double shown = share < 1 ? Math.min(share * 100, 99.9) : 100;
        return format(shown == 100 || shown == 0 ? "%.0f %%" : "%.1f %%", shown);
    }

    /** {@code 1 shard}, {@code 6 shards}. */
    public static String count(long count, String noun) {
        return format("%,d %s%s", count, noun, count == 1 ? "" : "s");
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
