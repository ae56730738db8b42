package dev.ingot.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses one header without building a tree: a large model has thousands of tensors.
 *
 * @param file named in refusals
 * @param dataStart offset of the data section in the file
 * @param fileSize in bytes
 */
record HeaderParser(String file, long dataStart, long fileSize) {
    /** More tensors than any model has; fewer than would exhaust a small heap. */
    static final int MAX_TENSORS = 1_000_000;

    private static final int MAX_NAME = 1024;
    private static final int MAX_DIMENSIONS = 16;

    SafetensorsFile parse(byte[] json) {
        if (json[0] != '{') {
            throw refuse("header", "its header does not begin with a brace");
        }
        List<TensorEntry> tensors = new ArrayList<>();
        Map<String, String> metadata = new HashMap<>();
        try (JsonParser parser = Json.parser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("__metadata__")) {
                    readMetadata(parser, metadata);
                } else {
                    tensors.add(readTensor(parser, name));
                }
                if (tensors.size() > MAX_TENSORS) {
                    throw refuse("too-many-tensors", "it lists more than " + MAX_TENSORS + " tensors");
                }
            }
            requireOnlySpaces(json, (int) parser.currentTokenLocation().getByteOffset() + 1);
        } catch (IOException e) {
            throw refuse("header", "its header is not valid JSON (" + Json.fault(e) + ")");
        }
        tensors.sort(Comparator.comparingLong(TensorEntry::offset).thenComparingLong(TensorEntry::length));
        requireCovered(tensors);
        return new SafetensorsFile(tensors, metadata);
    }

    private void requireOnlySpaces(byte[] json, int from) {
        for (int i = from; i < json.length; i++) {
            if (json[i] != ' ') {
                throw refuse("header", "there is something other than spaces after its header's last brace");
            }
        }
    }

    private void readMetadata(JsonParser parser, Map<String, String> into) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw refuse("metadata", "its __metadata__ is not an object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw refuse("metadata", "its __metadata__ holds something other than strings");
            }
            into.put(key, parser.getText());
        }
    }

    private TensorEntry readTensor(JsonParser parser, String name) throws IOException {
        requireName(name);
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw refuse("entry", "the entry of " + name + " is not an object");
        }
        @Nullable DType dtype = null;
        @Nullable Shape shape = null;
        @Nullable List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            parser.nextToken();
            switch (member) {
                case "dtype" -> dtype = readDType(parser, name);
                case "shape" -> shape = readShape(parser, name);
                case "data_offsets" -> offsets = readWholes(parser, name, member);
                default -> throw refuse("entry", "the entry of " + name + " has an unknown member '" + member + "'");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw refuse("entry", "the entry of " + name + " lacks dtype, shape or two data_offsets");
        }
        return entry(name, dtype, shape, offsets.get(0), offsets.get(1));
    }

    private void requireName(String name) {
        boolean plain =
                !name.isEmpty() && name.length() <= MAX_NAME && name.chars().noneMatch(Character::isISOControl);
        if (!plain) {
            throw refuse("name", "a tensor's name is empty, longer than " + MAX_NAME + ", or holds control characters");
        }
    }

    private DType readDType(JsonParser parser, String name) throws IOException {
        String text = parser.getText();
        try {
            return DType.valueOf(text);
        } catch (IllegalArgumentException e) {
            throw refuse("dtype", name + " has dtype '" + text + "', which safetensors does not know");
        }
    }

    private Shape readShape(JsonParser parser, String name) throws IOException {
        List<Long> dims = readWholes(parser, name, "shape");
        if (dims.size() > MAX_DIMENSIONS) {
            throw refuse("shape", name + " has " + dims.size() + " dimensions");
        }
        try {
            return new Shape(dims);
        } catch (ArithmeticException e) {
            throw refuse("shape", name + " has the shape " + dims + ", which overflows");
        }
    }

    private List<Long> readWholes(JsonParser parser, String name, String member) throws IOException {
        List<Long> values = new ArrayList<>();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw refuse("entry", member + " of " + name + " is not an array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() < 0) {
                throw refuse("entry", member + " of " + name + " holds something other than whole numbers");
            }
            values.add(parser.getLongValue());
        }
        return values;
    }

    private TensorEntry entry(String name, DType dtype, Shape shape, long begin, long end) {
        long expected;
        try {
            expected = dtype.bytes(shape.elements());
        } catch (ArithmeticException e) {
            throw refuse("shape", name + " of shape " + shape + " in " + dtype + " does not fill whole bytes");
        }
        if (end < begin || end - begin != expected) {
            throw refuse(
                    "length",
                    "%s of shape %s in %s takes %d bytes, but its offsets span %d to %d"
                            .formatted(name, shape, dtype, expected, begin, end));
        }
        return new TensorEntry(name, dtype, shape, dataStart + begin, expected);
    }

    private void requireCovered(List<TensorEntry> tensors) {
        long at = dataStart;
        for (TensorEntry tensor : tensors) {
            if (tensor.offset() != at) {
                throw refuse(
                        "coverage",
                        "%s begins at byte %d; expected %d, without gap or overlap"
                                .formatted(tensor.name(), tensor.offset(), at));
            }
            if (tensor.length() > fileSize - at) {
                throw refuse(
                        "coverage",
                        "%s takes %d bytes from byte %d on, but the file has %d"
                                .formatted(tensor.name(), tensor.length(), at, fileSize));
            }
            at += tensor.length();
        }
        if (at != fileSize) {
            throw refuse("coverage", "its tensors end at byte %d, but the file has %d".formatted(at, fileSize));
        }
    }

    private RefusedInput refuse(String code, String why) {
        return SafetensorsFile.refuse(file, code, why);
    }
}
