package dev.ingot.dequant.gpu;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where dequant is asked to compute: {@code ingot.dequant.device}.
 *
 * @param wanted whether the processor, any GPU that is there, or GPUs were asked for
 * @param index of one GPU; empty for all of them
 */
public record DeviceChoice(Wanted wanted, OptionalInt index) {
    private static final Pattern TEXT = Pattern.compile("auto|cpu|gpu(?::(\\d{1,3}))?");

    /** What was asked for. */
    public enum Wanted {
        /** GPUs if there are any. */
        AUTO,
        CPU,
        /** GPUs; without one the processor computes, and the log says so. */
        GPU
    }

    /** Reads {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:n}; IllegalArgumentException for anything else. */
    public static DeviceChoice parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "ingot.dequant.device: expected auto, cpu, gpu or gpu:n, found '" + text + "'");
        }
        OptionalInt index =
                matcher.group(1) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(matcher.group(1)));
        return switch (text.strip()) {
            case "auto" -> new DeviceChoice(Wanted.AUTO, index);
            case "cpu" -> new DeviceChoice(Wanted.CPU, index);
            default -> new DeviceChoice(Wanted.GPU, index);
        };
    }
}
