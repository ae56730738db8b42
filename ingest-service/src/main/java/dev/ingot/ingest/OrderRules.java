package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.Locale;

/** Which adapters may be merged after others, and for which of them the order counts. */
final class OrderRules {
    private OrderRules() {}

    /** RefusedInput {@code adapter.order} for an adapter whose training took a part out of the base, or reads a weight beside the one it changes. */
    static void requireMayFollow(Contribution later) {
        AdapterType type = later.config().type().orElseThrow();
        boolean residual = type == AdapterType.LORA && Residual.of(later.config()) != Residual.NONE;
        if (residual || type == AdapterType.GLORA) {
            throw new RefusedInput(
                    "adapter.order",
                    "%s (%s) was trained on what is left of the base's own weights, but other adapters change these before it."
                            .formatted(
                                    capitalized(later.name()),
                                    residual ? Residual.of(later.config()).option() : type.title()),
                    "name it first");
        }
    }

    /** Whether an adapter does nothing but add to weights, and nothing that depends on what they are: such ones may change places. */
    static boolean commutes(Contribution adapter) {
        boolean replaces = !adapter.changes().added().isEmpty()
                || adapter.changes().byParameter().values().stream().anyMatch(OrderRules::replaces);
        return !replaces && adds(adapter);
    }

    private static boolean replaces(ParameterChange change) {
        return change.replacement().isPresent() && !change.mirror() || change.endsInRows();
    }

    private static boolean adds(Contribution adapter) {
        return switch (adapter.config().type().orElseThrow()) {
            case LORA -> !adapter.config().isSet("use_dora") && Residual.of(adapter.config()) == Residual.NONE;
            case ADALORA,
                    LOHA,
                    LOKR,
                    VERA,
                    PVERA,
                    VBLORA,
                    RANDLORA,
                    DELORA,
                    GRALORA,
                    TINYLORA,
                    SHIRA,
                    SUPERTUNING,
                    FOURIERFT,
                    C3A,
                    BEFT -> true;
            case MISS, BONE -> !isBat(adapter);
            case IA3, OFT, BOFT, HRA, ROAD, OSF, DEFT, GLORA, HIRA, PEANUT, LN_TUNING, TRAINABLE_TOKENS -> false;
        };
    }

    private static boolean isBat(Contribution adapter) {
        return adapter.config().json().text("init_weights").orElse("").equals("bat");
    }

    static String capitalized(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
