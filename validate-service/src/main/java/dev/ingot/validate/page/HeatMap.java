package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import io.quarkus.qute.RawString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A figure of every module by layer and projection: ‖ΔW‖/‖W‖, or what rounding took of ΔW. Layer and projection are read off the module's name: what stands before the first number is the stack,
 * the number is the layer, the last segment the projection. Modules that share a cell (experts) are shown by their mean; modules without a
 * number are the ends.
 *
 * @param stack {@code model.layers}
 * @param columns projections as data flows through a layer, then the others in the order in which they first appear
 * @param top the largest figure in it, as text
 */
record HeatMap(String stack, List<String> columns, List<Row> rows, String top) {
    /** More layers than this are a picture first, and a table for who asks. */
    private static final int MANY = 20;

    private static final List<String> FLOW = List.of(
            "q_proj", "k_proj", "v_proj", "qkv_proj", "o_proj", "gate_proj", "up_proj", "gate_up_proj", "down_proj");

    private static final Pattern LAYERED = Pattern.compile("(.*?)\\.(\\d{1,6})\\.(?:.*\\.)?([^.]+)");

    /** One layer. */
    record Row(int layer, List<Cell> cells) {}

    /** Whether a table of all figures would be longer than anyone scrolls. */
    public boolean isLong() {
        return rows.size() > MANY;
    }

    /** The whole map on one look, for a desktop. */
    public RawString wide() {
        return new RawString(HeatFigure.draw(this, Width.WIDE));
    }

    /** The same for a phone. */
    public RawString narrow() {
        return new RawString(HeatFigure.draw(this, Width.NARROW));
    }

    /**
     * One projection of one layer.
     *
     * @param shade 0 to 1, of the strongest in this map
     * @param text the figure, or a dash where the adapter changed nothing
     */
    record Cell(boolean present, String shade, String text, String title) {}

    /** One map per stack, in the order in which stacks first appear. */
    static List<HeatMap> of(List<ModuleEffect> modules, ToDoubleFunction<ModuleEffect> figure) {
        Map<String, Map<Integer, Map<String, List<ModuleEffect>>>> stacks = new LinkedHashMap<>();
        for (ModuleEffect module : modules) {
            Matcher name = LAYERED.matcher(module.module());
            if (name.matches()) {
                stacks.computeIfAbsent(name.group(1), stack -> new TreeMap<>())
                        .computeIfAbsent(Integer.valueOf(name.group(2)), layer -> new LinkedHashMap<>())
                        .computeIfAbsent(name.group(3), projection -> new ArrayList<>())
                        .add(module);
            }
        }
        return stacks.entrySet().stream()
                .map(stack -> map(stack.getKey(), stack.getValue(), figure))
                .toList();
    }

    /** Modules that belong to no layer, strongest first. */
    static List<ModuleEffect> ends(List<ModuleEffect> modules) {
        return modules.stream()
                .filter(module -> !LAYERED.matcher(module.module()).matches())
                .sorted(Comparator.comparingDouble(ModuleEffect::effect).reversed())
                .toList();
    }

    private static HeatMap map(
            String stack, Map<Integer, Map<String, List<ModuleEffect>>> layers, ToDoubleFunction<ModuleEffect> figure) {
        List<String> columns = layers.values().stream()
                .flatMap(layer -> layer.keySet().stream())
                .distinct()
                .sorted(Comparator.comparingInt(HeatMap::place))
                .toList();
        double top = layers.values().stream()
                .flatMap(layer -> layer.values().stream())
                .mapToDouble(cell -> mean(cell, figure))
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        List<Row> rows = new ArrayList<>();
        layers.forEach((number, layer) -> rows.add(new Row(
                number,
                columns.stream()
                        .map(column -> cell(layer.getOrDefault(column, List.of()), figure, top))
                        .toList())));
        return new HeatMap(stack, columns.stream().map(column -> head(column, columns)).toList(), rows, NumberText.ratio(top));
    }

    /** Where a projection stands as data flows through a layer; others keep their order, after it. */
    private static int place(String projection) {
        int place = FLOW.indexOf(projection);
        return place < 0 ? FLOW.size() : place;
    }

    /** Short, unless another column is called just that: a router beside {@code gate_proj} is {@code gate}. */
    private static String head(String projection, List<String> columns) {
        String cut = projection.endsWith("_proj") ? projection.substring(0, projection.length() - 5) : projection;
        return columns.contains(cut) ? projection : cut;
    }

    private static Cell cell(List<ModuleEffect> modules, ToDoubleFunction<ModuleEffect> figure, double top) {
        if (modules.isEmpty()) {
            return new Cell(false, "0", "–", "not changed by the adapter");
        }
        double mean = mean(modules, figure);
        double shade = Double.isFinite(mean) && top > 0 ? Math.clamp(mean / top, 0, 1) : 0;
        return new Cell(true, NumberText.ratio(shade), NumberText.ratio(mean), title(modules, mean));
    }

    private static double mean(List<ModuleEffect> modules, ToDoubleFunction<ModuleEffect> figure) {
        return modules.stream().mapToDouble(figure).average().orElse(0);
    }

    private static String title(List<ModuleEffect> modules, double mean) {
        String first = modules.getFirst().module();
        return modules.size() == 1
                ? first + ": " + NumberText.ratio(mean)
                : "mean of " + NumberText.count(modules.size()) + " modules, the first is " + first;
    }
}
