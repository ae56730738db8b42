package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.model.ModelConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What releases of transformers make of the names in a checkpoint of one model when they load it. Before 4.52 names in memory are those on disk;
 * 4.52 to 4.57 rename by an attribute of the class; 5 has a table.
 */
final class LoadRenames {
    private static final Pattern PLAIN = Pattern.compile("[\\w.]+");

    private final List<ScopedRule> renamings;
    private final List<ScopedRule> converters;
    private final Map<Pattern, String> older;
    private final String prefix;

    private LoadRenames(List<ScopedRule> rules, Map<Pattern, String> older, String prefix) {
        this.renamings = rules.stream().filter(rule -> rule.rule().isRenaming()).toList();
        this.converters =
                rules.stream().filter(rule -> !rule.rule().isRenaming()).toList();
        this.older = older;
        this.prefix = prefix;
    }

    /**
     * The rules for the class that config.json names, else for its model type.
     *
     * @param names of the checkpoint, which decide whether a guarded rule counts
     */
    static LoadRenames of(ModelConfig config, Collection<String> names) {
        RenameTable table = RenameTable.get();
        String prefix = table.classOf(config.architecture())
                .map(RenameTable.ModelClass::prefix)
                .orElse("");
        List<ScopedRule> rules = ModelParts.rules(table, config).stream()
                .filter(rule -> !rule.rule().guarded() || names.stream().anyMatch(rule::isGuard))
                .toList();
        return new LoadRenames(rules, table.olderOf(config.architecture()), prefix);
    }

    /**
     * A name as it is in memory.
     *
     * @param unconverted the name before values of several tensors are put together, or those of one cut up
     * @param rules that applied, in order
     * @param converted whether values are rearranged too, so that the name is no longer this tensor's alone
     */
    record Renamed(String name, String unconverted, List<String> rules, boolean converted) {}

    /** base_model_prefix: what names of the body's own checkpoints lack. */
    String prefix() {
        return prefix;
    }

    /** The name that transformers 5 gives to one that may be of any release. A guarded rule counts for names on disk only, because its targets are sources too. */
    Renamed newest(String name) {
        return newest(
                name, renamings.stream().filter(rule -> !rule.rule().guarded()).toList());
    }

    /** The name that transformers 5 gives to one of the checkpoint's own. */
    Renamed newestOfBase(String name) {
        return newest(name, renamings);
    }

    private Renamed newest(String name, List<ScopedRule> rules) {
        List<String> applied = new ArrayList<>();
        String renamed = name;
        for (ScopedRule rule : rules) {
            renamed = step(rule, renamed, applied).orElse(renamed);
        }
        String unconverted = renamed;
        for (ScopedRule rule : converters) {
            Optional<String> converted = step(rule, unconverted, applied);
            if (converted.isPresent()) {
                return new Renamed(converted.get(), unconverted, applied, true);
            }
        }
        return new Renamed(unconverted, unconverted, applied, false);
    }

    /** What loading does to the rows of a tensor; empty where it leaves them together, or does more to the values than that. */
    Optional<RowCut> cut(String name) {
        return cutOf(newest(name));
    }

    /** The same for one of the checkpoint's own. */
    Optional<RowCut> cutOfBase(String name) {
        return cutOf(newestOfBase(name));
    }

    private Optional<RowCut> cutOf(Renamed renamed) {
        return converters.stream()
                .filter(rule -> rule.apply(renamed.unconverted()).isPresent())
                .findFirst()
                .flatMap(rule -> rule.cut(renamed.unconverted()));
    }

    private static Optional<String> step(ScopedRule rule, String name, List<String> applied) {
        Optional<String> next = rule.apply(name);
        next.filter(changed -> !changed.equals(name)).ifPresent(ignored -> applied.add(rule.text()));
        return next;
    }

    /** The name that transformers 4.52 to 4.57 give it: by the first pattern that matches. */
    Renamed older(String name) {
        for (Map.Entry<Pattern, String> rule : older.entrySet()) {
            Matcher matcher = rule.getKey().matcher(name);
            if (matcher.find()) {
                String text = rule.getKey() + " => " + rule.getValue();
                return renamed(matcher.replaceAll(rule.getValue()), List.of(text));
            }
        }
        return renamed(name, List.of());
    }

    /**
     * The name on disk of one that transformers 4.52 to 4.57 had in memory: by the first rule whose target it begins with. Only rules of plain text
     * have a way back.
     */
    Optional<Renamed> olderOnDisk(String name) {
        for (Map.Entry<Pattern, String> rule : older.entrySet()) {
            String source = rule.getKey().pattern().replaceFirst("^\\^", "");
            String target = rule.getValue();
            if (PLAIN.matcher(source).matches() && name.startsWith(target + ".")) {
                String text = "undone: " + rule.getKey() + " => " + target;
                return Optional.of(renamed(source + name.substring(target.length()), List.of(text)));
            }
        }
        return Optional.empty();
    }

    private static Renamed renamed(String name, List<String> rules) {
        return new Renamed(name, name, rules, false);
    }
}
