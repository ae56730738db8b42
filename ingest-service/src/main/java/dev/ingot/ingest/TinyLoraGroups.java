package dev.ingot.ingest;

import java.util.Comparator;
import java.util.List;

/** Which of TinyLoRA's shared vectors a layer has: layers are counted in the order in which the model's code makes them. */
final class TinyLoraGroups {
    /** The order within a decoder layer of all families whose projections have these names. */
    private static final List<String> ORDER =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private TinyLoraGroups() {}

    /** Number of the group; RefusedInput where the order of the layers is not known. */
    static int of(AdaptedModule module) {
        List<String> modules = module.all().names();
        for (String name : modules) {
            if (!ORDER.contains(last(name))) {
                throw module.unfit("TinyLoRA counts layers in the model's own order, which is not known for " + name);
            }
        }
        List<String> ordered = modules.stream()
                .sorted(Comparator.comparing(TinyLoraGroups::layer, NaturalOrder.INSTANCE)
                        .thenComparing(name -> ORDER.indexOf(last(name))))
                .toList();
        double tying = module.config().number("weight_tying", 0);
        int groups = (int) Math.max(1, Math.rint(ordered.size() * (1 - tying)));
        int size = Math.max(1, ordered.size() / groups);
        return Math.min(ordered.indexOf(module.name()) / size, groups - 1);
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The path up to the layer's number. */
    private static String layer(String name) {
        return name.replaceFirst("(\\.\\d+)\\..*", "$1");
    }
}
