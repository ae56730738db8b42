package dev.ingot.checkpoint.loading;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Parameters whose names differ in their first number, the layers of a model; or in the number of an expert of one layer.
 *
 * @param path what stands before the number, without its dot: {@code model.layers}
 * @param layers by number, what stands after it
 */
record LayerStack(String path, TreeMap<Integer, Set<String>> layers) {
    private static final int DIGITS = 6;
    private static final int FEW = 3;
    private static final String EXPERTS = "experts";

    /**
     * A parameter that a layer lacks and a fellow has, which has everything else that the layer has.
     *
     * @param fellow the same parameter of that fellow
     * @param rare whether more layers of this kind have it than lack it
     */
    record Gap(String parameter, String fellow, boolean rare) {}

    /** The stacks that these parameters form. */
    static List<LayerStack> of(Collection<String> parameters) {
        Map<String, LayerStack> stacks = new TreeMap<>();
        parameters.forEach(parameter -> add(stacks, parameter));
        return List.copyOf(stacks.values());
    }

    private static void add(Map<String, LayerStack> stacks, String parameter) {
        List<String> parts = List.of(parameter.split("\\.", -1));
        boolean inLayer = false;
        for (int i = 1; i < parts.size() - 1; i++) {
            if (isNumber(parts.get(i)) && (!inLayer || parts.get(i - 1).equals(EXPERTS))) {
                stacks.computeIfAbsent(
                                String.join(".", parts.subList(0, i)), path -> new LayerStack(path, new TreeMap<>()))
                        .layers
                        .computeIfAbsent(Integer.parseInt(parts.get(i)), _ -> new HashSet<>())
                        .add(String.join(".", parts.subList(i + 1, parts.size())));
                inLayer = true;
            }
        }
    }

    private static boolean isNumber(String part) {
        return part.length() <= DIGITS && ModulePath.isNumber(part);
    }

    /** Whether these are the experts of one layer, which are all alike. */
    boolean isOfExperts() {
        return path.endsWith("." + EXPERTS) && !ModulePath.numbers(path).isEmpty();
    }

    /** The layers below a number: what follows them (the layers of multi-token prediction) is of another kind. */
    LayerStack below(int count) {
        return new LayerStack(path, new TreeMap<>(layers.headMap(count)));
    }

    /** Numbers below a count that no parameter has. */
    List<Integer> absentBelow(int count) {
        return IntStream.range(0, count)
                .filter(number -> !layers.containsKey(number))
                .boxed()
                .toList();
    }

    String layer(int number) {
        return path + "." + number;
    }

    /**
     * What few of the layers of a kind lack, and no other choice of modules explains.
     *
     * @param kindOf what a config says of the layer with a number; only layers of a kind are compared
     */
    List<Gap> gaps(IntFunction<String> kindOf) {
        Map<String, Map<Set<String>, List<Integer>>> kinds = new TreeMap<>();
        layers.forEach((number, parameters) -> kinds.computeIfAbsent(kindOf.apply(number), _ -> new HashMap<>())
                .computeIfAbsent(parameters, _ -> new ArrayList<>())
                .add(number));
        return kinds.values().stream()
                .flatMap(alike -> gapsAmong(alike).stream())
                .toList();
    }

    private List<Gap> gapsAmong(Map<Set<String>, List<Integer>> alike) {
        List<Gap> gaps = new ArrayList<>();
        alike.forEach((held, numbers) -> missing(held, alike).forEach((parameter, fellow) -> {
            int having = 0;
            int lacking = 0;
            for (Map.Entry<Set<String>, List<Integer>> other : alike.entrySet()) {
                boolean has = other.getKey().contains(parameter);
                having += has ? other.getValue().size() : 0;
                lacking += has ? 0 : other.getValue().size();
            }
            if (isFew(lacking, having)) {
                for (int number : numbers) {
                    gaps.add(new Gap(
                            layer(number) + "." + parameter, layer(fellow) + "." + parameter, lacking < having));
                }
            }
        }));
        return gaps;
    }

    /** Every second layer may be built otherwise (a Q-Former's cross-attention); one of two or three, or a quarter of many, is an accident. */
    private static boolean isFew(int lacking, int having) {
        return lacking == 1 && having <= 2 || FEW * lacking <= having;
    }

    /** What others that have everything which these layers have, have beside it, and the number of one of them. */
    private static Map<String, Integer> missing(Set<String> held, Map<Set<String>, List<Integer>> alike) {
        Map<String, Integer> missing = new TreeMap<>();
        alike.forEach((other, numbers) -> {
            if (other.size() > held.size() && other.containsAll(held)) {
                other.stream()
                        .filter(parameter -> !held.contains(parameter))
                        .forEach(parameter -> missing.putIfAbsent(parameter, numbers.getFirst()));
            }
        });
        return missing;
    }
}
