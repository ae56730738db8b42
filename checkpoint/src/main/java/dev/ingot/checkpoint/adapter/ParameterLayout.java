package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * To which dimensions of a parameter the pair of {@code target_parameters} belongs. A is [experts * r, .], expert by expert; B is [., r * experts], in
 * whose columns the expert runs fastest. PEFT took the dimensions of three-dimensional parameters in one order up to 0.18, in 0.19.0 depending on the
 * model the wrong way round, and from 0.19.1 on depending on the model.
 */
public enum ParameterLayout {
    /** B has the rows of an expert's matrix and A its columns: {@code B A} is added. */
    STRAIGHT,
    /** A has the rows and B the columns: {@code (B A)ᵀ} is added. */
    TURNED;

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?(.*)");

    /**
     * By the shapes, and where an expert's matrix is square by version and model; empty where A and B do not fit. RefusedInput
     * {@code adapter.layout} where nothing tells.
     *
     * @param parameter [out, in] or [experts, rows, columns]
     * @param columnsOfA and rowsOfB: of the pair
     * @param transposed whether the model has its experts as [experts, in, out]
     */
    public static Optional<ParameterLayout> of(
            Shape parameter, long columnsOfA, long rowsOfB, AdapterConfig config, boolean transposed) {
        long rows = parameter.dim(parameter.rank() - 2);
        long columns = parameter.columns();
        boolean straight = rowsOfB == rows && columnsOfA == columns;
        boolean turned = parameter.rank() > 2 && columnsOfA == rows && rowsOfB == columns;
        if (straight && turned) {
            return Optional.of(ofVersion(config.json().text("peft_version").orElse(""), transposed));
        }
        return straight ? Optional.of(STRAIGHT) : turned ? Optional.of(TURNED) : Optional.empty();
    }

    private static ParameterLayout ofVersion(String version, boolean transposed) {
        Matcher matcher = VERSION.matcher(version);
        boolean known = matcher.matches()
                && matcher.group(1).length() + matcher.group(2).length() < 9;
        int minor = known ? Integer.parseInt(matcher.group(1)) * 10_000 + Integer.parseInt(matcher.group(2)) : 0;
        boolean between =
                known && (minor == 18 || minor == 19) && matcher.group(4).contains("dev");
        if (!known || between) {
            throw new RefusedInput(
                    "adapter.layout",
                    "The experts' matrices are square, so that only peft_version in adapter_config.json tells rows from columns; it is '%s'."
                            .formatted(version),
                    "write the version of PEFT that trained the adapter into peft_version of adapter_config.json (0.17.0 if it was older than 0.18)");
        }
        boolean first = Optional.ofNullable(matcher.group(3)).orElse("0").equals("0");
        if (minor < 19) {
            return TURNED;
        }
        boolean inverted = minor == 19 && first;
        return transposed == inverted ? STRAIGHT : TURNED;
    }
}
