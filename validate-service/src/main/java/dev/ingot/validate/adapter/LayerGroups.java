package dev.ingot.validate.adapter;

import dev.ingot.validate.weights.Unmergeable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of TinyLoRA's shared vectors a layer has: consecutive layers, as the model registers them, share one. */
final class LayerGroups {
    private static final Pattern LAYER = Pattern.compile(".*\\.(\\d+)\\.(?:self_attn|mlp)\\.(\\w+)");
    private static final String PROJECTIONS = "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj";

    private LayerGroups() {}

    static int of(TrainedModule m) {
        List<Long> places = new ArrayList<>();
        m.all().forEach(extent -> places.add(place(extent.module())));
        long own = place(m.name());
        long before = places.stream().filter(place -> place < own).count();
        double tying = m.config().number("weight_tying", 0);
        long groups = Math.max(1, (long) Math.rint(places.size() * (1 - tying)));
        long size = Math.max(1, places.size() / groups);
        return (int) Math.min(before / size, groups - 1);
    }

    private static long place(String module) {
        Matcher matcher = LAYER.matcher(module);
        if (!matcher.matches() || !PROJECTIONS.contains(matcher.group(2))) {
            throw new Unmergeable("TinyLoRA on " + module + ", whose place among the layers is not known");
        }
        return Long.parseLong(matcher.group(1)) * 1000 + PROJECTIONS.indexOf(matcher.group(2));
    }
}
