package dev.ingot.validate.policy;

import dev.ingot.checkpoint.RefusedInput;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads the YAML of a policy: its tree alone, so that no tag makes an object. Every refusal names file, line and key, and what was expected there. */
final class PolicyFile {
    private static final int MAX_BYTES = 64 << 10;

    private final String file;
    private final Map<PolicyKey, String> settings = new EnumMap<>(PolicyKey.class);
    private final Map<String, Integer> seen = new LinkedHashMap<>();

    private PolicyFile(String file) {
        this.file = file;
    }

    /** The keys that stand there. RefusedInput {@code policy.*} for everything that a policy cannot hold. */
    static Map<PolicyKey, String> read(byte[] text, String file) {
        PolicyFile reader = new PolicyFile(file);
        Node root = reader.compose(text);
        if (root != null) {
            reader.section(root, "");
        }
        return reader.settings;
    }

    private @Nullable Node compose(byte[] text) {
        if (text.length > MAX_BYTES) {
            throw refused(
                    "policy.malformed", file, "has %d bytes; expected at most %d".formatted(text.length, MAX_BYTES));
        }
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(4);
        try {
            String characters = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString();
            return new Yaml(options).compose(new StringReader(characters));
        } catch (CharacterCodingException notText) {
            throw refused("policy.malformed", file, "is not UTF-8 text");
        } catch (MarkedYAMLException e) {
            String at = e.getProblemMark() == null
                    ? file
                    : "%s, line %d".formatted(file, e.getProblemMark().getLine() + 1);
            throw refused("policy.malformed", at, "is not YAML: " + e.getProblem());
        } catch (YAMLException e) {
            throw refused("policy.malformed", file, "is not YAML: " + e.getMessage());
        }
    }

    private void section(Node node, String path) {
        if (!(node instanceof MappingNode mapping)) {
            throw refused("policy.malformed", place(node, path), "expected keys with values, found " + what(node));
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name =
                    tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : what(tuple.getKeyNode());
            member(path.isEmpty() ? name : path + "." + name, tuple);
        }
    }

    private void member(String path, NodeTuple tuple) {
        Integer before = seen.putIfAbsent(path, line(tuple.getKeyNode()));
        if (before != null) {
            throw refused(
                    "policy.twice",
                    place(tuple.getKeyNode(), path),
                    "the key stands in line %d already".formatted(before));
        }
        for (PolicyKey key : PolicyKey.values()) {
            if (key.path().equals(path)) {
                settings.put(key, value(key, tuple.getValueNode()));
                return;
            }
            if (key.section().equals(path)) {
                section(tuple.getValueNode(), path);
                return;
            }
        }
        throw refused(
                "policy.unknown-key",
                place(tuple.getKeyNode(), path),
                "no such key; the nearest is '%s'".formatted(NearestKey.of(path)));
    }

    private String value(PolicyKey key, Node node) {
        String text = text(node);
        boolean list = node instanceof SequenceNode;
        if (list != (key.form() == Form.GATES) || !key.form().fits(text)) {
            throw refused(
                    "policy.bad-value",
                    place(node, key.path()),
                    "expected %s, found %s".formatted(key.form().expected(), text.isEmpty() ? "nothing" : text));
        }
        return text;
    }

    private String text(Node node) {
        return switch (node) {
            case ScalarNode scalar -> scalar.getValue().strip();
            case SequenceNode sequence ->
                sequence.getValue().stream().map(this::text).collect(Collectors.joining(", ", "[", "]"));
            default -> what(node);
        };
    }

    private static String what(Node node) {
        return switch (node) {
            case MappingNode _ -> "keys with values";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar -> scalar.getValue().isEmpty() ? "nothing" : scalar.getValue();
            default -> node.getNodeId().name();
        };
    }

    private String place(Node node, String path) {
        return "%s, line %d%s".formatted(file, line(node), path.isEmpty() ? "" : ", key '" + path + "'");
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    private static RefusedInput refused(String code, String place, String problem) {
        return new RefusedInput(
                code,
                "%s: %s.".formatted(place, problem),
                "`ingot policy` prints every key with its default and what it means");
    }
}
